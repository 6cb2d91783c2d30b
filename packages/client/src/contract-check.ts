/** After a welcome from a server with another contract: which of our procedures differ there? */
import type { ContractDifference } from "@trunkline/core";
import { procedureHashes } from "@trunkline/core";
import { type Caller, COMPARE_PATH, callOnce } from "@trunkline/core/internal";

/** Asks the server. A server that cannot say resolves with undefined. */
export async function contractDifference(
  caller: Caller,
  contract: object,
  deadline: number,
): Promise<ContractDifference | undefined> {
  const input = JSON.stringify(Object.fromEntries(procedureHashes(contract)));
  const path = JSON.stringify(COMPARE_PATH);
  try {
    return (await callOnce(caller, { kind: "query", path, repeatable: true, input, deadline })) as ContractDifference;
  } catch {
    return undefined;
  }
}
