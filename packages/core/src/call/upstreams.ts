/** What a call takes whose caller sends a stream. A contract with such procedures carries it. */
import { OutgoingUpstreams } from "../machine/outgoing-upstreams.js";
import { ItemSource } from "../runtime/item-source.js";
import type { Upstreams } from "./features.js";
import { mistake } from "./mistake.js";

export const upstreams: Upstreams = {
  Upstreams: OutgoingUpstreams,
  schema: {
    "~standard": {
      version: 1,
      vendor: "trunkline",
      validate: () => ({ issues: [{ message: "a stripped contract has no validators" }] }),
    },
  },
  sourceOf: (given, options) => {
    if (ItemSource.accepts(given)) return new ItemSource(given, options);
    throw mistake("upstream must be an iterable, an async iterable or a ReadableStream");
  },
};
