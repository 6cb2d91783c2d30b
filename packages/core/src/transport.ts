/**
 * A transport: one socket, or whatever else carries messages, text and binary, in order, once, in both directions. It knows nothing
 * of what the messages say.
 */
export interface Transport {
  /**
   * Sends one message: a text, or bytes, which belong to the transport from then on. False: its buffers are full, and `drained` will be heard when they are not. Never throws;
   * after a close it does nothing.
   */
  send(message: string | Uint8Array): boolean;
  /**
   * Sends one binary message whose pieces are not put together yet, like {@link send}. They are kept for replay, and must
   * not be changed. Absent where that gains nothing: they are joined then.
   */
  sendPieces?(pieces: readonly Uint8Array[]): boolean;
  /**
   * Sends what other transports send too, like {@link send}. Absent where that gains nothing: its text is sent then.
   */
  sendShared?(message: SharedMessage): boolean;
  /** Asks for a sign of life, which the listener hears as `alive`. Does nothing where that cannot be asked. */
  ping(): void;
  /** Closes, and gives up waiting for the other end after two seconds. Nothing but `closed` is heard after this. */
  close(code: number, reason: string): void;
  /** Replaces the listener. What arrives before there is one is kept for it. */
  listen(listener: TransportListener): void;
  /** Bytes that have arrived, parts of messages included. Absent where the platform does not tell. */
  readonly bytesReceived?: number;
}

/** One text message that goes to many transports as it is. */
export interface SharedMessage {
  readonly text: string;
  /** Its size as UTF-8. */
  readonly bytes: number;
  /** What a transport has made of it to be sent, for the others of its kind. */
  framed: Uint8Array | undefined;
}

export interface TransportListener {
  message(data: string | Uint8Array): void;
  /** A pong. Messages are signs of life by themselves. */
  alive(): void;
  drained(): void;
  /** The transport is gone. Heard once, and last. 1006 where nobody said why (RFC 6455 section 7.1.5). */
  closed(code: number, reason: string): void;
}
