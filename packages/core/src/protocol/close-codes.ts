/**
 * Why a transport was closed, whether its client may come back, and whether to the same session: the one table both
 * ends read, so that neither has a list of its own. Reasons are constants below 123 bytes: nothing a peer sent is ever echoed in them.
 *
 * @see PROTOCOL.md section 7, RFC 6455 section 7.4
 */

/** What a client does after a close: come back as usual, come back when told, or stay away. */
export type Return = "now" | "later" | "never";

interface CloseCode {
  readonly code: number;
  readonly reason: string;
  readonly comeBack: Return;
  /** Neither end keeps the session: it is over, or would come to the same end again. */
  readonly endsSession: boolean;
}

const table = {
  normal: { code: 1000, reason: "done", comeBack: "never", endsSession: true },
  goingAway: { code: 1001, reason: "server is going away", comeBack: "now", endsSession: false },
  badFrame: { code: 1002, reason: "WebSocket protocol error", comeBack: "now", endsSession: true },
  notUtf8: { code: 1007, reason: "text is not UTF-8", comeBack: "now", endsSession: true },
  tooManyParts: { code: 1008, reason: "message in too many parts", comeBack: "now", endsSession: true },
  tooBig: { code: 1009, reason: "message too big for WebSocket limits", comeBack: "now", endsSession: true },
  restart: { code: 1012, reason: "server restarts", comeBack: "now", endsSession: false },
  later: { code: 1013, reason: "server cannot take this client now", comeBack: "later", endsSession: false },
  protocol: { code: 4400, reason: "protocol violation", comeBack: "now", endsSession: true },
  unauthenticated: { code: 4401, reason: "unauthenticated", comeBack: "never", endsSession: false },
  forbidden: { code: 4403, reason: "forbidden", comeBack: "never", endsSession: false },
  version: { code: 4406, reason: "no common protocol version", comeBack: "never", endsSession: false },
  helloTimeout: { code: 4408, reason: "no hello in time", comeBack: "now", endsSession: false },
  takenOver: { code: 4409, reason: "session continues on another transport", comeBack: "never", endsSession: false },
  sessionGone: { code: 4410, reason: "session gone", comeBack: "now", endsSession: true },
  moving: { code: 4412, reason: "client continues on another transport", comeBack: "now", endsSession: false },
  tooLarge: { code: 4413, reason: "message too large", comeBack: "now", endsSession: true },
  silent: { code: 4418, reason: "heard nothing in time", comeBack: "now", endsSession: false },
  flood: { code: 4429, reason: "too many messages", comeBack: "later", endsSession: true },
  slowReader: { code: 4430, reason: "reader too slow", comeBack: "now", endsSession: true },
  expired: { code: 4440, reason: "credentials expired", comeBack: "now", endsSession: false },
} as const satisfies Record<string, CloseCode>;

/** The name of a row of the close table. */
export type CloseName = keyof typeof table;

/** The close table, by name. */
export const closeCodes: Readonly<Record<CloseName, CloseCode>> = Object.freeze(table);

const byCode = new Map<number, CloseName>(
  Object.entries(table).map(([name, row]) => [row.code, name as CloseName] as const),
);

/** The row of a code, if it is one of ours. */
export function closeName(code: number): CloseName | undefined {
  return byCode.get(code);
}

/** Whether a client may come back after this code. Codes that are not in the table (1006, say) are network failures. */
export function comeBack(code: number): Return {
  const name = byCode.get(code);
  return name === undefined ? "now" : table[name].comeBack;
}

/** Whether a session is over with this code. A network failure ends none. */
export function endsSession(code: number): boolean {
  const name = byCode.get(code);
  return name !== undefined && table[name].endsSession;
}
