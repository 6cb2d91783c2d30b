/** graphql-ws over `ws`. GraphQL's own types validate input and output; zod has no place in it. */
import { buildSchema } from "graphql";
import { createClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import { WebSocket } from "ws";
import { Feed } from "../process/feed.js";
import { addressOf, listen } from "../process/listen.js";
import type { Peer } from "../process/peer.js";
import { type Reply, replies, replyTo, type Sample, textOf } from "../process/sample.js";

const feed = new Feed();

const types = `
  input SampleInput { id: Int!, name: String!, tags: [String!]! }
  type Reply { id: Int!, name: String!, tags: [String!]!, score: Float! }
  type Query { call(input: SampleInput!): Reply!, fetch(count: Int!): String!, OTHERS }
  type Mutation { echo(text: String!): String! }
  type Subscription { stream(count: Int!): Reply!, feed: Reply! }
`;

async function* named<Name extends string>(name: Name, events: AsyncIterable<Reply>) {
  for await (const event of events) yield { [name]: event };
}

const answers = {
  call: ({ input }: { input: Sample }) => replyTo(input),
  echo: ({ text }: { text: string }) => text,
  fetch: ({ count }: { count: number }) => textOf(count),
  stream: ({ count }: { count: number }) => named("stream", replies(count)),
  feed: () => named("feed", feed.read()),
};

const fields = "{ id name tags score }";

export const peer: Peer = {
  name: "graphql-ws",
  packages: ["graphql-ws", "graphql"],
  lacks: { bytes: "it sends JSON" },
  async serve({ procedures }) {
    const others = Array.from({ length: procedures }, (_, n) => `other${n}(input: SampleInput!): Reply!`).join(", ");
    const schema = buildSchema(types.replace(", OTHERS", others === "" ? "" : `, ${others}`));
    const { sockets, port } = await listen(() => "graphql-transport-ws");
    useServer({ schema, roots: { query: answers, mutation: answers, subscription: answers } }, sockets);
    return { port, readers: () => feed.readers(), publish: (event) => feed.publish(event) };
  },
  async connect(port) {
    const client = createClient({ url: addressOf(port), webSocketImpl: WebSocket, lazy: false });
    const read = <Data>(query: string, variables: Record<string, unknown>, listener: (data: Data) => void) =>
      new Promise<void>((resolve, reject) => {
        const next = ({ data, errors }: { data?: unknown; errors?: readonly unknown[] | undefined }) =>
          data ? listener(data as Data) : reject(new Error(JSON.stringify(errors)));
        client.subscribe({ query, variables }, { next, error: reject, complete: resolve });
      });
    const ask = async <Data>(query: string, variables: Record<string, unknown>): Promise<Data> => {
      let answer: Data | undefined;
      await read<Data>(query, variables, (data) => {
        answer = data;
      });
      return answer as Data;
    };
    const call = `query ($input: SampleInput!) { call(input: $input) ${fields} }`;
    const stream = `subscription ($count: Int!) { stream(count: $count) ${fields} }`;
    return {
      call: async (input) => (await ask<{ call: Reply }>(call, { input })).call,
      echo: async (text) =>
        (await ask<{ echo: string }>("mutation ($text: String!) { echo(text: $text) }", { text })).echo,
      fetch: async (count) =>
        (await ask<{ fetch: string }>("query ($count: Int!) { fetch(count: $count) }", { count })).fetch,
      stream: (count, listener) => read<{ stream: Reply }>(stream, { count }, (data) => listener(data.stream)),
      feed: (listener) =>
        void read<{ feed: Reply }>(`subscription { feed ${fields} }`, {}, (data) => listener(data.feed)),
    };
  },
};
