/**
 * Bytes, however many, as chunks: items of an upstream, or events of a stream. The source is read when the next chunk is
 * asked for and not before, so whoever takes them sets the pace, and it is closed as soon as no more are wanted.
 */

/** Where bytes come from: a `File`, a `Blob`, a `ReadableStream`, a Node stream, whatever gives `Uint8Array`s, or one. */
export type ByteSource = ByteBlob | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ByteReadable;

/** As much of a `Blob` as is used. */
interface ByteBlob {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** As much of a `ReadableStream` as is used. */
interface ByteReadable {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(reason?: unknown): Promise<void> };
}

/** What `z.instanceof(Uint8Array)` is, in every version of TypeScript. Where the source's memory is shared, it is copied from. */
type Chunk = InstanceType<typeof Uint8Array>;

export interface Progress {
  /** How many bytes have gone. */
  readonly bytes: number;
  /** How many there are in all, where that is known. */
  readonly totalBytes: number | undefined;
}

export interface ChunksOptions {
  /**
   * The most that a chunk has; what the source gives in smaller pieces goes as it is. Default 65,536. An item of an
   * upstream may be half as large as the server's `limits.upstreamBytes`.
   */
  readonly chunkBytes?: number | undefined;
  /** What `onProgress` is told. Default: the size of a `Blob` or a `Uint8Array`; that of a stream nobody knows. */
  readonly totalBytes?: number | undefined;
  /**
   * Hears after each chunk how many bytes have gone, within the credit of whoever reads them. In an upstream the handler
   * may be `limits.upstreamBytes` (256 KiB) behind; that it has them all is said by the call's result.
   */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Cuts bytes into chunks: `client.files.upload({ name }, { upstream: chunks(file, { onProgress }) })`.
 *
 * Throws a `TypeError` for what is no source, and for a `chunkBytes` that is no positive whole number.
 */
export function chunks(source: ByteSource, options: ChunksOptions = {}): AsyncIterable<Chunk> {
  if (typeof source !== "object" || source === null) throw noSource();
  const { chunkBytes = 65_536, totalBytes = sizeOf(source), onProgress } = options;
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1) {
    throw new TypeError(`chunkBytes must be a positive whole number, not ${String(chunkBytes)}`);
  }
  const open = opener(source, chunkBytes);
  return { [Symbol.asyncIterator]: () => new Cutter(open(), { chunkBytes, totalBytes, onProgress }) };
}

/** What a source gives, in pieces of any size. */
interface Pieces {
  next(): PromiseLike<IteratorResult<unknown>> | IteratorResult<unknown>;
  return?(): unknown;
}

interface CutterOptions extends ChunksOptions {
  readonly chunkBytes: number;
}

/** One reading of a source. */
class Cutter implements AsyncIterator<Chunk, undefined> {
  readonly #pieces: Pieces;
  readonly #options: CutterOptions;
  /** Of the last piece. */
  #rest: Uint8Array = new Uint8Array(0);
  /** What has gone, and what was given last: it has gone when the next chunk is asked for. */
  #gone = 0;
  #given = 0;

  constructor(pieces: Pieces, options: CutterOptions) {
    this.#pieces = pieces;
    this.#options = options;
  }

  async next(): Promise<IteratorResult<Chunk, undefined>> {
    try {
      this.#tell();
      while (this.#rest.length === 0) {
        const { done, value } = await this.#pieces.next();
        if (done) return { done, value: undefined };
        if (!(value instanceof Uint8Array)) throw new TypeError(`expected a Uint8Array, not a ${typeof value}`);
        this.#rest = value;
      }
    } catch (error) {
      // An iterator that fails is not closed by whoever reads it.
      await this.return().catch(() => {});
      throw error;
    }
    const { chunkBytes } = this.#options;
    const chunk = this.#rest.subarray(0, chunkBytes) as Chunk;
    this.#rest = this.#rest.subarray(chunkBytes);
    this.#given = chunk.length;
    return { done: false, value: chunk };
  }

  async return(): Promise<IteratorResult<Chunk, undefined>> {
    await this.#pieces.return?.();
    return { done: true, value: undefined };
  }

  #tell(): void {
    if (this.#given === 0) return;
    this.#gone += this.#given;
    this.#given = 0;
    const { onProgress, totalBytes } = this.#options;
    onProgress?.({ bytes: this.#gone, totalBytes });
  }
}

const isBlob = (source: ByteSource): source is ByteBlob => "arrayBuffer" in source && "slice" in source;

function sizeOf(source: ByteSource): number | undefined {
  if (source instanceof Uint8Array) return source.length;
  return isBlob(source) ? source.size : undefined;
}

function opener(source: ByteSource, chunkBytes: number): () => Pieces {
  if (source instanceof Uint8Array) return () => [source].values();
  if (isBlob(source)) return () => slices(source, chunkBytes);
  // Before its iterator, whose end waits until the read that is under way has come to something.
  if ("getReader" in source) return () => readings(source.getReader());
  if (Symbol.asyncIterator in source) return () => source[Symbol.asyncIterator]();
  if (Symbol.iterator in source) return () => source[Symbol.iterator]();
  throw noSource();
}

const noSource = () =>
  new TypeError("chunks takes a Blob, a ReadableStream, a Uint8Array, or an iterable of Uint8Arrays");

/** A blob is never read as a whole. */
function slices(blob: ByteBlob, chunkBytes: number): Pieces {
  let at = 0;
  return {
    async next() {
      if (at >= blob.size) return { done: true, value: undefined };
      const slice = await blob.slice(at, at + chunkBytes).arrayBuffer();
      at += chunkBytes;
      return { done: false, value: new Uint8Array(slice) };
    },
  };
}

function readings(reader: ReturnType<ByteReadable["getReader"]>): Pieces {
  return {
    next: async () => (await reader.read()) as IteratorResult<unknown>,
    return: () => reader.cancel(),
  };
}
