/**
 * What `permessage-deflate` may cost. Nothing of one message is kept for the next, either way, so that none tells of
 * another by its length; and windows have 12 bits. Still, `ws` keeps what zlib works with for as long as the connection
 * lasts: about 140 KiB once a message of each way was compressed, most of it for sending.
 *
 * @see RFC 7692, and docs/compression.md for figures
 */
import { checkNames } from "@trunkline/core/internal";

/** How messages are compressed where a client offers `permessage-deflate`. */
export interface CompressionOptions {
  /** Shorter messages are sent as they are. Default 1,024. What clients compress is up to them. */
  readonly thresholdBytes?: number;
  /** From 1, fast, to 9, small. Default 1: JSON gets hardly smaller above it. */
  readonly level?: number;
  /**
   * How many messages of this process are being compressed or inflated at once; the others wait. Default 10. `ws` keeps
   * one queue for the process: the number that counts is that of whoever compresses first.
   */
  readonly concurrency?: number;
}

/** Checked, in the words of `ws`. */
export type DeflateSettings = ReturnType<typeof deflateSettings>;

/** Windows of 4 KiB. */
const WINDOW_BITS = 12;
/** Lower than the default of zlib, 8. It spares little: most of what zlib takes in Node depends on neither. */
const MEMORY_LEVEL = 5;
/** What zlib writes into: kept for each connection and way too. */
const OUTPUT_BYTES = 4 * 1024;

/**
 * The settings, where compression is wanted.
 *
 * @throws TypeError for an option that is out of its range.
 */
export function checkedCompression(compression: boolean | CompressionOptions = false): DeflateSettings | undefined {
  if (compression === false) return undefined;
  const options = compression === true ? {} : compression;
  checkNames("compression", options, { thresholdBytes: true, level: true, concurrency: true });
  const { thresholdBytes = 1_024, level = 1, concurrency = 10 } = options;
  return deflateSettings({
    thresholdBytes: whole("thresholdBytes", thresholdBytes, 0, Number.MAX_SAFE_INTEGER),
    level: whole("level", level, 1, 9),
    concurrency: whole("concurrency", concurrency, 1, 1_000),
  });
}

function deflateSettings({ thresholdBytes, level, concurrency }: Required<CompressionOptions>) {
  return {
    threshold: thresholdBytes,
    concurrencyLimit: concurrency,
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: WINDOW_BITS,
    clientMaxWindowBits: WINDOW_BITS,
    zlibDeflateOptions: { level, memLevel: MEMORY_LEVEL, chunkSize: OUTPUT_BYTES },
    zlibInflateOptions: { chunkSize: OUTPUT_BYTES },
  };
}

function whole(name: keyof CompressionOptions, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new TypeError(`compression.${name} must be a whole number from ${least} to ${most}, not ${String(value)}`);
}
