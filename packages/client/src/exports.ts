/** What the package exports on every platform: all but `createClient`, of which a bundle for browsers has its own. */
export { RpcError } from "@trunkline/core";
export {
  type ByteSource,
  type CallOptions,
  type ChunksOptions,
  type ClientCall,
  chunks,
  type EventStream,
  event,
  gap,
  type Interceptor,
  type ProcedureCall,
  type ProcedureCalls,
  type Progress,
  type QueryOptions,
  type RpcPromise,
  type SafeResult,
  type SubscribeOptions,
  safe,
  type Upstream,
} from "@trunkline/core/internal";
export type { Client } from "./client.js";
export type { ClientOptions, FailedHandler, OnError } from "./client-options.js";
export type { ConnectionControl } from "./connection-control.js";
export { type App, type Handlers, implement, type Router } from "./define.js";
export { type QueryCacheSetup, queryCache } from "./kept-answers.js";
export type { OpenTransport } from "./open-transport.js";
export type {
  CompressionOptions,
  Opening,
  OpeningFailure,
  OpeningListener,
  WebSocketConstructor,
} from "./opening.js";
export type { QueryCacheOptions } from "./query-cache.js";
export type { ConnectionStatus, Outage } from "./status.js";
export type { WebSocketLike } from "./websocket-transport.js";
