/** What every program sends, and what it expects: types alone. */
export interface Sample {
  readonly id: number;
  readonly name: string;
  readonly tags: readonly string[];
}

export type Reply = Sample & { readonly score: number };

export const url = "wss://example.com/rpc";
export const sample: Sample = { id: 1, name: "one", tags: ["a"] };
