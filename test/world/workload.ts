/**
 * A workload: a group of the contract, what answers it on every server, and what clients do with it. One file each in
 * `workloads/`; a new one is added to the list in `contract.ts`.
 */

import type { ProcedureCalls, Router } from "@trunkline/client";
import type { Contract } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import type { Backplane, Handlers } from "@trunkline/server";
import type { ClientProgram } from "./client-program.js";
import type { ServerProgram } from "./server-program.js";

/** What a server's `context` hook makes of who says hello. */
export interface Guest {
  readonly client: string;
  readonly identity: string;
  /** By a clock that is right. */
  readonly expiresAt: number | undefined;
}

/** A workload in one world. */
export interface Workload<Group extends Contract> {
  /** A server process begins. `backplane`: its view of the one that all share. */
  handlers(server: ServerProgram, backplane: Backplane): Handlers<Group, Guest>;
  /** A client process begins: what it serves. Undefined: nothing. */
  serves?(client: ClientProgram, random: Random): Router<object> | undefined;
  /** A client does one thing. */
  act(client: ClientProgram, calls: ProcedureCalls<Group>, random: Random): void;
  /** A server does something of its own, now and then. */
  stir?(server: ServerProgram, random: Random): void;
  /** A client's process has died: nobody is left to hear what it had asked for. */
  orphan(client: ClientProgram): void;
  /** A server's process has ended: nobody is left to hear what it had asked for. */
  gone?(server: ServerProgram): void;
  /** Faults are over, and everybody had time to come back: a last chance to say something that must arrive. */
  conclude?(server: ServerProgram): void;
  /** A quiet minute has passed: checks what must be so, and ends what would go on for ever. */
  expectQuiet(): void;
}
