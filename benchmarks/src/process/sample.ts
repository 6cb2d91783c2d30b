/** The payload, the same for every peer: what goes in, what comes out, and how it is checked. */
import { z } from "zod";

export const Sample = z.object({ id: z.int(), name: z.string(), tags: z.array(z.string()) });
export const Reply = Sample.extend({ score: z.number() });
export const Text = z.object({ text: z.string() });
export const Count = z.object({ count: z.int() });

export type Sample = z.infer<typeof Sample>;
export type Reply = z.infer<typeof Reply>;

export const sampleOf = (id: number): Sample => ({ id, name: `sample ${id}`, tags: ["alpha", "beta", "gamma"] });

/** What every server answers. */
export const replyTo = ({ id, name, tags }: Sample): Reply => ({ id, name, tags, score: id * 2 });

/** @throws Error for a reply that is not the answer to the sample. */
export function checkReply({ id, name, tags }: Sample, reply: Reply): void {
  const right =
    reply.id === id && reply.name === name && reply.tags.length === tags.length && reply.tags[2] === tags[2];
  if (!right || reply.score !== id * 2) throw new Error(`a wrong reply to ${id}: ${JSON.stringify(reply)}`);
}

/** What a stream gives: `count` events, as fast as they are taken. */
export async function* replies(count: number): AsyncGenerator<Reply, void> {
  for (let id = 0; id < count; id++) yield replyTo(sampleOf(id));
}

let large = "";

/** Text of so many characters, one byte each. The last one is kept. */
export function textOf(length: number): string {
  if (large.length !== length) large = "0123456789abcdef".repeat(Math.ceil(length / 16)).slice(0, length);
  return large;
}

/** Text as long as what was sent is not yet the same text: a few places are looked at too. */
export function checkText(sent: string, received: string): void {
  const places = [0, sent.length >> 1, sent.length - 1];
  if (received.length !== sent.length || places.some((at) => received[at] !== sent[at])) {
    throw new Error(`${sent.length} characters came back as ${received.length}`);
  }
}

/** A clock that both processes share, in microseconds. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);
