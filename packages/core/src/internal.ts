/**
 * What the server, the client and the testing package are built from. Not for applications: it may change in any
 * release.
 */
export type { AnswerOptions } from "./answer/answer.js";
export {
  EncodedEvent,
  event,
  gap,
  type IdentifiedEvent,
  isGap,
  type ReportedGap,
  type SubscriptionItem,
  type TopicEvent,
} from "./answer/define/event.js";
export type { CallArgs, Handler, HandlerArgs, HandlerResult, Handlers, NoErrors } from "./answer/define/handler.js";
export { type App, implement, type NoContext } from "./answer/define/implement.js";
export type { Middleware } from "./answer/define/middleware.js";
export type { MiddlewareArgs } from "./answer/define/middleware-args.js";
export type { Route } from "./answer/define/route.js";
export type { Router } from "./answer/define/router.js";
export { type FailureReport, isAbortOf } from "./answer/failure.js";
export { inputIssues, issuesMessage } from "./answer/issues.js";
export { chain, isThenable, validate } from "./answer/validate.js";
export { type ContractCallOptions, contractCalls } from "./call/contract-calls.js";
export { type ClientCall, DEFAULT_TIMEOUT_MS, dispatcher, type Interceptor } from "./call/dispatch.js";
export type {
  CallOptions,
  EventStream,
  ProcedureCall,
  ProcedureCalls,
  QueryOptions,
  RpcPromise,
  SubscribeOptions,
  Upstream,
} from "./call/procedure-call.js";
export { type SafeResult, safe } from "./call/safe.js";
export { type ByteSource, type ChunksOptions, chunks, type Progress } from "./chunks.js";
export { type Alarm, type Clock, systemClock } from "./clock.js";
export { compose, type Layer } from "./compose.js";
export { ANY_TAG, tagsOf } from "./contract/cache-rule.js";
export { hasBytes } from "./contract/plan-parts.js";
export { isProcedure, type Procedure } from "./contract/procedure.js";
export { isContract, routes } from "./contract/routes.js";
export type { AnySchema, Schema, SchemaIssue, SchemaResult } from "./contract/schema.js";
export { isState } from "./contract/slow-reader.js";
export { BlobReader, BlobWriter } from "./contract/wire/blob.js";
export type { Codec } from "./contract/wire/codec.js";
export { Mismatch } from "./contract/wire/mismatch.js";
export { type ProcedureWire, wireOf } from "./contract/wire/procedure-wire.js";
export { fromWireError, toWireError } from "./error/wire-error.js";
export { Conversation } from "./machine/conversation.js";
export type { ConversationEffect, ConversationInput } from "./machine/conversation-words.js";
export { CreditBalance, CreditWindow } from "./machine/credit.js";
export { Fifo } from "./machine/fifo.js";
export { Heartbeat } from "./machine/heartbeat.js";
export { IncomingCall } from "./machine/incoming-call.js";
export { IncomingCalls } from "./machine/incoming-calls.js";
export { IncomingUpstreams } from "./machine/incoming-upstreams.js";
export type { AbortReason } from "./machine/incoming-words.js";
export { JoinedStreams, type JoinNotice, type Portion } from "./machine/joined-streams.js";
export { Joining } from "./machine/joining.js";
export type { Machine } from "./machine/machine.js";
export { Outbox } from "./machine/outbox.js";
export { OutgoingCall, type OutgoingRequest } from "./machine/outgoing-call.js";
export { OutgoingCalls } from "./machine/outgoing-calls.js";
export { OutgoingUpstreams } from "./machine/outgoing-upstreams.js";
export { Session } from "./machine/session.js";
export { TopicReaders } from "./machine/topic-readers.js";
export { UpstreamBalance, UpstreamWindow } from "./machine/upstream.js";
export { checkNames, type OptionNames } from "./option-names.js";
export {
  type Data,
  type Encoded,
  type EncodedFrame,
  frameText,
  joined,
  lengthOf,
  WithBlob,
  type Written,
  whole,
} from "./protocol/blob.js";
export { type CloseName, closeCodes, closeName, comeBack, endsSession, type Return } from "./protocol/close-codes.js";
export {
  askFrame,
  batch,
  callFrame,
  cancelFrame,
  creditFrame,
  endFrame,
  errorFrame,
  eventFrame,
  gapFrame,
  greeting,
  type Json,
  joinFrame,
  markFrame,
  positionFrame,
  resultFrame,
  subscribeFrame,
  topicEvents,
  topicItem,
} from "./protocol/encode.js";
export { type Frame, op, type PartFrame, type WireError } from "./protocol/frame.js";
export type { Goodbye, Hello, Welcome } from "./protocol/greeting.js";
export { type PeerLimits, peerLimits, resolveLimits } from "./protocol/limits.js";
export { type Batch, COMPARE_PATH, type Message, SUBPROTOCOL } from "./protocol/message.js";
export { parse } from "./protocol/parse.js";
export { EVENT_ID_LENGTH } from "./protocol/shapes.js";
export { encodeValue } from "./protocol/value.js";
export { isViolation, type Violation } from "./protocol/violation.js";
export { type ViolationName, violations } from "./protocol/violations.js";
export type { Answerer } from "./runtime/answerer.js";
export { type Answering, answering } from "./runtime/answering.js";
export { Channel } from "./runtime/channel.js";
export { closeTransport } from "./runtime/close-transport.js";
export { decodeWith, encodeWith } from "./runtime/conversion.js";
export { guard } from "./runtime/guard.js";
export { ItemSource } from "./runtime/item-source.js";
export type { Fed, OpenStream, Outlet, SharedStream, StreamItem } from "./runtime/open-stream.js";
export { type Caller, callOnce, openChannel } from "./runtime/outgoing.js";
export { Peer, type PeerOptions } from "./runtime/peer.js";
export type { PeerOwner } from "./runtime/peer-owner.js";
export { isShareable, type Shareable, type SharingTerms, sharing } from "./runtime/sharing.js";
export type { Sink } from "./runtime/sink.js";
export { UpstreamItems } from "./runtime/upstream-items.js";
export type { Work } from "./runtime/work.js";
