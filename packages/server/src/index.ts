/** The server: a contract gets its handlers, and is served over transports. */
export { RpcError } from "@trunkline/core";
export {
  type ByteSource,
  type CallOptions,
  type ChunksOptions,
  chunks,
  type EventStream,
  event,
  gap,
  type HandlerResult,
  type IdentifiedEvent,
  type Middleware,
  type ProcedureCall,
  type ProcedureCalls,
  type Progress,
  type ReportedGap,
  type RpcPromise,
  type SafeResult,
  type SubscribeOptions,
  type SubscriptionItem,
  safe,
  type TopicEvent,
} from "@trunkline/core/internal";
export type { CompressionOptions } from "./adapters/compression.js";
export type { RateOptions } from "./adapters/inbound-watch.js";
export type { AdmissionOptions } from "./admission.js";
export type { Connections } from "./connections.js";
export {
  type App,
  type CallArgs,
  type Connection,
  type FailureReport,
  type Handler,
  type HandlerArgs,
  type Handlers,
  implement,
  type MiddlewareArgs,
  type Route,
  type Router,
} from "./define.js";
export type { Drained, DrainOptions } from "./drain.js";
export type { Greeting } from "./handshake.js";
export type { HttpInfo } from "./http-info.js";
export type { Origins } from "./origin.js";
export { type ListeningServer, type ListenOptions, serve } from "./serve.js";
export { createServer, type Server } from "./server.js";
export type {
  AttachOptions,
  ContextHook,
  ServerHooks,
  ServerOptions,
  ServerSetup,
  SetupParameter,
} from "./server-options.js";
export type {
  AppendOptions,
  Backplane,
  Entry,
  Follower,
  Keep,
  Page,
  Position,
  ReadOptions,
} from "./topics/backplane.js";
export { MemoryBackplane, type MemoryBackplaneOptions } from "./topics/memory-backplane.js";
export type { Snapshot, SnapshotOptions, Topic, TopicSubscribeOptions } from "./topics/topic.js";
export { createTopic, type TopicOptions, type Topics, topics } from "./topics/topics.js";
