/** What a server calls one of its clients with: a typed client for each contract that it is asked for, made once. */
import { RpcError } from "@trunkline/core";
import {
  type ContractCallOptions,
  contractCalls,
  type Interceptor,
  type ProcedureCalls,
} from "@trunkline/core/internal";

export class ClientCalls {
  readonly #options: ContractCallOptions;
  readonly #made = new WeakMap<object, unknown>();

  /** `serves`: the hash of the contract the client serves now, if it serves one. */
  constructor(options: Omit<ContractCallOptions, "interceptors" | "extras">, serves: () => string | undefined) {
    const refuse: Interceptor = (call, next) => {
      if (serves() !== undefined) return next(call);
      const message = "the client serves no procedures (the client's option serve)";
      throw new RpcError("UNIMPLEMENTED", { message, outcome: "not-sent", path: call.path });
    };
    this.#options = { ...options, interceptors: [refuse] };
  }

  /** Throws a `TypeError` for what `defineContract` did not make. */
  of<Tree extends object>(contract: Tree): ProcedureCalls<Tree> {
    let calls = this.#made.get(contract);
    if (calls === undefined) {
      calls = contractCalls(contract, this.#options);
      this.#made.set(contract, calls);
    }
    return calls as ProcedureCalls<Tree>;
  }
}
