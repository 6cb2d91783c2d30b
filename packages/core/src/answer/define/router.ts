/**
 * A router: for each procedure of a contract, the one function that answers it. Checked whole when it is made, because
 * JavaScript users have no compiler, and handlers split over files can go missing without one noticing.
 */
import type { Procedure } from "../../contract/procedure.js";
import { routes } from "../../contract/routes.js";
import { wireOf } from "../../contract/wire/procedure-wire.js";
import type { Answerer } from "../../runtime/answerer.js";
import { type Answering, answering } from "../../runtime/answering.js";
import { type AnswerOptions, RouterAnswerer } from "../answer.js";
import { errorConstructors } from "./error-constructors.js";
import type { RunningHandler } from "./handler.js";
import { middlewareCodes } from "./middleware.js";
import type { Route } from "./route.js";

/** A contract with a handler for each of its procedures: what a server serves, or a client to its server. */
export interface Router<Contract, Context, Connection> {
  readonly contract: Contract;
  /** Dotted path → how it is answered. */
  readonly routes: ReadonlyMap<string, Route<Context, Connection>>;
  /** @internal Makes what answers one connection's calls. Part of the router, so that who has none loads nothing of it. */
  answerer(options: AnswerOptions<Connection>, connection: Connection): Answerer;
  /** @internal The same with all that answering takes, for a peer. */
  answering(options: AnswerOptions<Connection>, connection: Connection): Answering;
}

/**
 * Puts handlers to the procedures of a contract. Throws a `TypeError` that names every path whose handler is missing,
 * superfluous, not a function, or wrapped by middleware whose errors its procedure does not declare.
 */
export function makeRouter<Contract extends object, Context, Connection>(
  contract: Contract,
  handlers: unknown,
): Router<Contract, Context, Connection> {
  const procedures = routes(contract);
  const given = new Map(leaves(handlers, "", groupsOf(procedures)));
  const complaints = [...missing(procedures, given), ...superfluous(procedures, given)];
  const made = new Map<string, Route>();
  for (const [path, procedure] of procedures) {
    const handler = given.get(path);
    if (!isHandler(handler)) continue;
    complaints.push(...undeclared(path, procedure, handler));
    const errors = errorConstructors(procedure.definition.errors);
    made.set(path, Object.freeze({ path, procedure, wire: wireOf(procedure), errors, handler }));
  }
  if (complaints.length > 0) throw new TypeError(`the router does not fit its contract:\n  ${complaints.join("\n  ")}`);
  const answered = { contract, routes: made };
  const answerer = (options: AnswerOptions<Connection>, connection: Connection) =>
    new RouterAnswerer(answered, options, connection);
  return Object.freeze<Router<Contract, Context, Connection>>({
    ...answered,
    answerer,
    answering: (options, connection) => answering(answerer(options, connection)),
  });
}

const isHandler = (value: unknown): value is RunningHandler => typeof value === "function";

/** The dotted paths of the groups: `rooms` and `rooms.admin` for `rooms.admin.ban`. */
function groupsOf(procedures: Procedures): Set<string> {
  const groups = new Set([""]);
  for (const path of procedures.keys()) {
    for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) groups.add(path.slice(0, dot));
  }
  return groups;
}

/** Every dotted path with what stands there. It goes down where the contract has a group, so it comes to an end. */
function* leaves(value: unknown, path: string, groups: ReadonlySet<string>): Iterable<[string, unknown]> {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || !groups.has(path)) {
    yield [path, value];
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    yield* leaves(member, path === "" ? name : `${path}.${name}`, groups);
  }
}

type Given = ReadonlyMap<string, unknown>;
type Procedures = ReadonlyMap<string, Procedure>;

function missing(procedures: Procedures, given: Given): string[] {
  return [...procedures]
    .filter(([path]) => !isHandler(given.get(path)))
    .map(([path, { kind }]) => `${path}: expected a handler for this ${kind}, but came ${describe(given.get(path))}`);
}

const describe = (value: unknown): string =>
  value === undefined ? "none" : value === null ? "null" : `a value of type ${typeof value}`;

function superfluous(procedures: Procedures, given: Given): string[] {
  return [...given.keys()]
    .filter((path) => !procedures.has(path))
    .map((path) => `${path === "" ? "handlers" : path}: expected nothing here, the contract has no such procedure`);
}

function undeclared(path: string, { definition }: Procedure, handler: RunningHandler): string[] {
  const declared = definition.errors ?? {};
  return middlewareCodes(handler)
    .filter((code) => !Object.hasOwn(declared, code))
    .map((code) => `${path}: a middleware may fail with ${code}, which the procedure does not declare`);
}
