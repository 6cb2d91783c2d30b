/** Contracts without their schemas, for clients in small bundles. `@trunkline/strip` writes the modules that use this. */
export {
  type ContractDescription,
  describeContract,
  type ProcedureDescription,
} from "./contract/description.js";
export { type Compile, strippedContract } from "./contract/stripped.js";
export { compilePlan } from "./contract/wire/compile.js";
