/** The client: a contract and an address become functions. */
export { type Client, type ClientOptions, type ConnectionControl, createClient } from "./client.js";
export type { ClientCall, Interceptor } from "./dispatch.js";
export type { OpenTransport } from "./open-transport.js";
export type {
  CallOptions,
  EventStream,
  ProcedureCall,
  ProcedureCalls,
  RpcPromise,
  SubscribeOptions,
} from "./procedure-call.js";
export { type SafeResult, safe } from "./safe.js";
export type { ConnectionStatus } from "./status.js";
export type { Opening, OpeningFailure, OpeningListener, WebSocketConstructor } from "./websocket.js";
export type { WebSocketLike } from "./websocket-transport.js";
