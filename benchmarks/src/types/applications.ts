/**
 * The same made-up application for each framework, file name → text: the one of test/types, and its procedures written
 * down in the others' ways, with the same schemas, the same thirds of handlers behind middleware and the same 50 calls.
 */
import {
  applicationOf,
  callsOf,
  type GeneratedProcedure,
  proceduresOf,
  tree,
} from "../../../test/types/application.js";

export type Application = (procedures: number) => Record<string, string>;

export const applications: Readonly<Record<string, Application>> = { trunkline, trpc, orpc };

function trunkline(count: number): Record<string, string> {
  const client = `
import type { Client } from "@trunkline/client";
import type { contract } from "./contract.js";
declare const client: Client<typeof contract>;
${callsOf(proceduresOf(count)).join(";\n")};
`;
  return { ...applicationOf(count), "client.ts": client };
}

/** Which base a handler is built on: a third inline, a third behind one middleware, a third behind two. */
const baseOf = ({ index }: GeneratedProcedure): string => {
  const bases = ["plain", "signedIn", "admin"];
  return bases[index % 4 === 3 ? 2 : index % 2] ?? "plain";
};

function trpc(count: number): Record<string, string> {
  const all = proceduresOf(count);
  const text = (procedure: GeneratedProcedure) => {
    const { kind, input, output, value } = procedure;
    const base = `${baseOf(procedure)}.input(${input})`;
    if (kind === "subscription")
      return `${base}.subscription(async function* ({ input }) { yield ${value} as const; })`;
    return `${base}.output(${output}).${kind}(async ({ input }) => (${value}))`;
  };
  const router = `
import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";
const t = initTRPC.context<{ user?: { id: string } }>().create();
const plain = t.procedure;
const signedIn = plain.use(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user: ctx.user } });
});
const admin = signedIn.use(({ ctx, next }) => next({ ctx: { admin: ctx.user.id } }));
export const router = t.router(${tree(all, text, (group) => `t.router(${group})`)});
`;
  const kinds = new Map(all.map(({ path, kind }) => [path.join("."), kind === "query" ? "query" : "mutate"]));
  const called = (call: string) =>
    call.replace(/client\.([\w.]+)\(/, (_, path: string) => `client.${path}.${kinds.get(path)}(`);
  const client = `
import { createTRPCClient } from "@trpc/client";
import type { router } from "./router.js";
const client = createTRPCClient<typeof router>({ links: [] });
${callsOf(all).map(called).join(";\n")};
export {};
`;
  return { "router.ts": router, "client.ts": client };
}

function orpc(count: number): Record<string, string> {
  const all = proceduresOf(count);
  const declared = ({ kind, input, output }: GeneratedProcedure) => {
    const errors = `.errors({ FULL: { data: z.object({ capacity: z.number() }) }, GONE: {} })`;
    const result = kind === "subscription" ? `eventIterator(${output})` : output;
    return `oc${kind === "mutation" ? errors : ""}.input(${input}).output(${result})`;
  };
  const answered = (procedure: GeneratedProcedure) => {
    const uses = { plain: "", signedIn: ".use(signedIn)", admin: ".use(signedIn).use(admin)" }[baseOf(procedure)];
    const { path, kind, value } = procedure;
    const handler =
      kind === "subscription" ? `async function* ({ input }) { yield ${value}; }` : `async ({ input }) => (${value})`;
    return `os.${path.join(".")}${uses}.handler(${handler})`;
  };
  const contract = `
import { eventIterator, oc } from "@orpc/contract";
import { z } from "zod";
export const contract = ${tree(all, declared)};
`;
  const router = `
import { implement, ORPCError, os as base } from "@orpc/server";
import { contract } from "./contract.js";
const signedIn = base.$context<{ user?: { id: string } }>().middleware(({ context, next }) => {
  if (!context.user) throw new ORPCError("UNAUTHORIZED");
  return next({ context: { user: context.user } });
});
const admin = base.$context<{ user: { id: string } }>().middleware(({ context, next }) => next({ context: { admin: context.user.id } }));
const os = implement(contract).$context<{ user?: { id: string } }>();
export const router = os.router(${tree(all, answered)});
`;
  const client = `
import type { ContractRouterClient } from "@orpc/contract";
import type { contract } from "./contract.js";
declare const client: ContractRouterClient<typeof contract>;
${callsOf(all).join(";\n")};
`;
  return { "contract.ts": contract, "router.ts": router, "client.ts": client };
}
