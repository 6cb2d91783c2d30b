/**
 * The words both ends share: how a contract is written, what is inferred from it, and how a call fails.
 */
export { defineContract } from "./call/define-contract.js";
export type { CacheRule } from "./contract/cache-rule.js";
export type { Contract } from "./contract/contract.js";
export type { DeclaredErrors } from "./contract/declared-errors.js";
export { contractHash, procedureHashes } from "./contract/hashes.js";
export type {
  ErrorCodes,
  HandlerEvent,
  HandlerInput,
  HandlerOutput,
  HandlerUpstream,
  InferErrors,
  InferEvent,
  InferInput,
  InferOutput,
  InferUpstream,
} from "./contract/infer.js";
export type { Priority } from "./contract/priority.js";
export {
  type Kind,
  type Mutation,
  type MutationDefinition,
  mutation,
  type Procedure,
  type Query,
  type QueryDefinition,
  query,
  type Subscription,
  type SubscriptionDefinition,
  subscription,
} from "./contract/procedure.js";
export type { AnySchema, Schema, SchemaInput, SchemaOutput, TypedSchema } from "./contract/schema.js";
export type { SlowReader } from "./contract/slow-reader.js";
export type { Carriage, Conversion } from "./contract/wire/carriage.js";
export { carried } from "./contract/wire/carried.js";
export { isStandardCode, type StandardCode } from "./error/codes.js";
export { type Outcome, RpcError, type RpcErrorOptions } from "./error/rpc-error.js";
export type { InputIssue, StandardError } from "./error/standard-error.js";
export { defaultLimits, type Limits } from "./protocol/limits.js";
export type { ContractDifference } from "./protocol/message.js";
export type { ChannelListener, Gap } from "./runtime/channel.js";
export type { UpstreamSource } from "./runtime/item-source.js";
export type { SharedMessage, Transport, TransportListener } from "./transport.js";
