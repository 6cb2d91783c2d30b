/** The server under attack, a program of its own: it must outlive everything, and it tells how it feels. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { implement, serve } from "@trunkline/server";
import { contract } from "./contract.js";
import type { Condition, Question, VictimSetup } from "./protocol.js";

const setup = JSON.parse(process.argv[2] ?? "{}") as VictimSetup;
const strays: string[] = [];
process.on("uncaughtExceptionMonitor", (error) => process.send?.({ died: String(error) }));
process.on("unhandledRejection", (reason) => void strays.push(`unhandled rejection: ${String(reason)}`));
process.on("warning", (warning) => void strays.push(`warning: ${warning.name} ${warning.message}`));

const started: Record<string, number> = {};
let reports = 0;
let hooks = 0;
const starts = (name: string) => {
  started[name] = (started[name] ?? 0) + 1;
};

const app = implement(contract);
const router = app.router({
  echo: ({ input }) => input,
  big: ({ input }) => "x".repeat(input.size),
  never: () => {
    starts("never");
    return new Promise<string>(() => {});
  },
  soon: async () => {
    starts("soon");
    await new Promise((resolve) => setTimeout(resolve, 20));
    return "soon";
  },
  boom: () => {
    throw Object.assign(new Error("SELECT * FROM users -- password=hunter2"), { config: { token: "hunter2" } });
  },
  anything: () => true,
  hot: async function* ({ input }) {
    const text = "x".repeat(input.size);
    for (;;) yield text;
  },
  quiet: async function* ({ signal }) {
    starts("quiet");
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
  },
  spiteful: async function* ({ signal }) {
    try {
      yield 1;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: that is its spite
      throw new Error("from finally");
    }
  },
});

const listening = await serve(router, {
  ...(setup.limits === undefined ? {} : { limits: setup.limits }),
  ...(setup.admission === undefined ? {} : { admission: setup.admission }),
  ...(setup.rate === undefined ? {} : { rate: setup.rate }),
  ...(setup.compression === undefined ? {} : { compression: setup.compression }),
  context: async ({ auth, signal }) => {
    hooks++;
    if (auth === "hang") await new Promise(() => {});
    if (auth === "slow") await new Promise((resolve) => setTimeout(resolve, 50));
    if (auth === "throw") throw null;
    if (auth === "stubborn") await new Promise((resolve) => setTimeout(resolve, 600));
    return { auth, aborted: signal.aborted };
  },
  identity: (context) => (context as { auth?: unknown }).auth as string | undefined,
  onError: () => void reports++,
  onConnect: () => {
    if (setup.throwing) throw new Error("onConnect");
  },
  onDisconnect: () => {
    if (setup.throwing) throw new Error("onDisconnect");
  },
});

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

async function condition(): Promise<Condition> {
  for (let round = 0; round < 2; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const resources = process.getActiveResourcesInfo();
  const loopDelayMs = delay.max / 1e6;
  delay.reset();
  return {
    connections: listening.server.connections.size,
    running: listening.server.running,
    abandoned: listening.server.abandoned,
    timers: resources.filter((name) => name === "Timeout").length,
    sockets: resources.filter((name) => name === "TCPSocketWrap").length,
    heldBytes: heapUsed + external,
    loopDelayMs,
    cpuMs: (user + system) / 1_000,
    started,
    reports,
    hooks,
    strays,
  };
}

process.on("message", (question: Question) => {
  const answer = (value: unknown) => process.send?.({ id: question.id, value });
  if (question.ask === "condition") void condition().then(answer);
  else void listening.close().then(() => answer(null));
});
process.on("disconnect", () => process.exit());
process.send?.({ port: listening.port });
