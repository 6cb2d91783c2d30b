/** Contracts without their schemas, for clients in small bundles. `@trunkline/strip` writes the modules that use this. */
export { conversions } from "./call/conversions.js";
export { upstreams } from "./call/upstreams.js";
export {
  type ContractDescription,
  describeContract,
  type ProcedureDescription,
} from "./contract/description.js";
export { type StrippedFeatures, strippedContract } from "./contract/stripped.js";
