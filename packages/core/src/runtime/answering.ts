/**
 * All that answering takes, the machine's part and the hands'. A peer is given it, or none and refuses every call: so a
 * client that serves nothing loads nothing of it.
 */
import type { Conversation } from "../machine/conversation.js";
import { IncomingCalls } from "../machine/incoming-calls.js";
import type { Answerer } from "./answerer.js";
import { Incoming } from "./incoming.js";
import type { Sink } from "./sink.js";
import type { Speaker, Work } from "./work.js";

/** Made by {@link answering}; for any number of peers. */
export interface Answering {
  /** What a conversation keeps the other end's calls in. */
  readonly Calls: typeof IncomingCalls<Work>;
  /** What does the work of one conversation. */
  hands(conversation: Conversation<Sink, Work>, speaker: Speaker): Incoming;
}

/** Answers with this answerer. */
export function answering(answerer: Answerer): Answering {
  return {
    Calls: IncomingCalls,
    hands: (conversation, speaker) => new Incoming(answerer, conversation, speaker),
  };
}
