/** The server: a contract gets its handlers, and is served over transports. */
export type { AdmissionOptions } from "./admission.js";
export {
  event,
  gap,
  type IdentifiedEvent,
  type ReportedGap,
  type SubscriptionItem,
  type TopicEvent,
} from "./define/event.js";
export type { CallArgs, Connection, Handler, HandlerArgs, HandlerResult, Handlers } from "./define/handler.js";
export { type App, implement } from "./define/implement.js";
export type { Middleware } from "./define/middleware.js";
export type { MiddlewareArgs } from "./define/middleware-args.js";
export type { Route, Router } from "./define/router.js";
export type { Drained, DrainOptions } from "./drain.js";
export type { FailureReport } from "./failure.js";
export type { Greeting } from "./handshake.js";
export type { HttpInfo } from "./http-info.js";
export type { Origins } from "./origin.js";
export { type ListeningServer, type ListenOptions, serve } from "./serve.js";
export { createServer, type Server } from "./server.js";
export type { AttachOptions, ContextHook, ServerHooks, ServerOptions, ServerSetup } from "./server-options.js";
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
