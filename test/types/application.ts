/**
 * A made-up application of any size, as text: a contract in nested groups, a router whose handlers are inline, inside
 * middleware and inside composed middleware, and a client that makes 50 calls. No two procedures share a shape, so that
 * the compiler cannot answer from its caches what a real application would make it work out.
 */

/** File name → text. */
export function applicationOf(procedures: number): Record<string, string> {
  const all = proceduresOf(procedures);
  return { "contract.ts": contractOf(all), "router.ts": routerOf(all), "client.ts": clientOf(all) };
}

/** The same procedures for whoever writes them down in another way. */
export function proceduresOf(procedures: number): GeneratedProcedure[] {
  return Array.from({ length: procedures }, (_, index) => procedureOf(index));
}

export interface GeneratedProcedure {
  readonly index: number;
  readonly kind: "query" | "mutation" | "subscription";
  /** The names of its groups, then its own. */
  readonly path: readonly [string, string, string];
  /** Its schemas; the output's is that of a subscription's events. */
  readonly input: string;
  readonly output: string;
  /** An expression of the output's type, made of `input`. */
  readonly value: string;
  readonly declaration: string;
  readonly handler: string;
  /** An expression that calls it and reads its output; a subscription has none. */
  readonly call: string | undefined;
}

function procedureOf(index: number): GeneratedProcedure {
  const path = [`area${Math.floor(index / 50)}`, `group${Math.floor(index / 10)}`, `procedure${index}`] as const;
  const input = `z.object({ id${index}: z.string(), limit: z.number().optional() })`;
  const output = `z.object({ id${index}: z.string(), kind: z.enum(["a", "b"]), n${index}: z.number() })`;
  const value = `{ id${index}: input.id${index}, kind: "a", n${index}: input.limit ?? 0 }`;
  const same = { index, path, input, output, value };
  const call = `(await client.${path.join(".")}({ id${index}: "a" })).n${index}.toFixed()`;
  if (index % 10 === 9) {
    const stream = `async function* ({ input, context }) { context.user${bang(index)}.id; yield ${value}; }`;
    const declaration = `subscription({ input: ${input}, event: ${output} })`;
    return { ...same, kind: "subscription", declaration, handler: wrapped(index, stream), call: undefined };
  }
  if (index % 3 === 1) {
    const errors = `errors: { FULL: z.object({ capacity${index}: z.number() }), GONE: null }`;
    const refusal = `if (context.user${bang(index)}.id === "") throw errors.FULL({ capacity${index}: 5 });`;
    const handler = wrapped(index, `({ input, context, errors }) => { ${refusal} return ${value}; }`);
    const mutation = `mutation({ input: ${input}, output: ${output}, ${errors} })`;
    return { ...same, kind: "mutation", declaration: mutation, handler, call };
  }
  const declaration = `query({ input: ${input}, output: ${output} })`;
  return { ...same, kind: "query", declaration, handler: wrapped(index, `async ({ input }) => (${value})`), call };
}

/** A third of the handlers each: inline, inside a middleware, inside a composed one. */
const wrapped = (index: number, handler: string): string =>
  [handler, `signedIn(${handler})`, `admin(${handler})`][index % 4 === 3 ? 2 : index % 2] ?? handler;

/** Without middleware the user may be absent. */
const bang = (index: number): string => (index % 2 === 0 ? "?" : "");

const contractOf = (procedures: readonly GeneratedProcedure[]): string => `
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";
export const contract = defineContract(${tree(procedures, ({ declaration }) => declaration)});
`;

const routerOf = (procedures: readonly GeneratedProcedure[]): string => `
import { implement } from "@trunkline/server";
import { contract } from "./contract.js";
const app = implement(contract).context<{ user?: { id: string } }>();
const signedIn = app.middleware(({ context, next, fail }) =>
  context.user ? next({ user: context.user }) : fail("UNAUTHENTICATED"));
const admin = signedIn.middleware(async ({ context, next }) => next({ admin: context.user.id }));
export const router = app.router(${tree(procedures, ({ handler }) => handler)});
`;

const clientOf = (procedures: readonly GeneratedProcedure[]): string => `
import type { InferInput, InferOutput, Procedure } from "@trunkline/core";
import type { contract } from "./contract.js";
type Client<Tree> = {
  readonly [Name in keyof Tree]: Tree[Name] extends Procedure
    ? (input: InferInput<Tree[Name]>) => Promise<InferOutput<Tree[Name]>>
    : Client<Tree[Name]>;
};
declare const client: Client<typeof contract>;
${callsOf(procedures).join(";\n")};
`;

/** What the client says: 50 calls, spread over all procedures. */
export const callsOf = (procedures: readonly GeneratedProcedure[]): string[] =>
  everyNth(
    procedures.flatMap(({ call }) => call ?? []),
    50,
  );

function everyNth<Item>(items: readonly Item[], wanted: number): Item[] {
  const step = Math.max(1, Math.floor(items.length / wanted));
  return items.filter((_, index) => index % step === 0).slice(0, wanted);
}

/** An object literal of the procedures in their groups. `group` is what becomes of the literal of each group. */
export function tree(
  procedures: readonly GeneratedProcedure[],
  text: (procedure: GeneratedProcedure) => string,
  group: (literal: string) => string = (literal) => literal,
): string {
  const areas = gather(procedures, ({ path }) => path[0]);
  const groupsOf = (area: readonly GeneratedProcedure[]) =>
    group(
      literal(
        gather(area, ({ path }) => path[1]),
        membersOf,
      ),
    );
  const membersOf = (members: readonly GeneratedProcedure[]) =>
    group(`{\n${members.map((procedure) => `${procedure.path[2]}: ${text(procedure)}`).join(",\n")}\n}`);
  return literal(areas, groupsOf);
}

type Gathered = ReadonlyMap<string, readonly GeneratedProcedure[]>;

function gather(procedures: readonly GeneratedProcedure[], by: (procedure: GeneratedProcedure) => string): Gathered {
  const gathered = new Map<string, GeneratedProcedure[]>();
  for (const procedure of procedures) gathered.set(by(procedure), [...(gathered.get(by(procedure)) ?? []), procedure]);
  return gathered;
}

const literal = (members: Gathered, text: (procedures: readonly GeneratedProcedure[]) => string): string =>
  `{\n${[...members].map(([name, procedures]) => `${name}: ${text(procedures)}`).join(",\n")}\n}`;
