/**
 * graphql-ws, which retries by itself whatever was in progress; here without end. What is retried is sent again as it is
 * then, so the variables of the subscription say how far this program has come.
 */
import { setTimeout as pause } from "node:timers/promises";
import { buildSchema } from "graphql";
import { createClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import { WebSocket } from "ws";
import { addressOf, listen } from "../../process/listen.js";
import { type Contender, REDIAL_MS, type Work } from "../contender.js";

const schema = buildSchema(`
  type Query { nothing: Int }
  type Mutation { spend(token: String!): String! }
  type Subscription { numbers(name: String!, after: Int!, to: Int!): Int! }
`);

const rootsFor = (work: Work) => ({
  mutation: { spend: ({ token }: { token: string }) => work.spend(token) },
  subscription: {
    async *numbers({ name, after, to }: { name: string; after: number; to: number }) {
      for await (const number of work.numbers(name, after, to)) yield { numbers: number };
    },
  },
});

export const contender: Contender = {
  name: "graphql-ws",
  packages: ["graphql-ws", "graphql"],
  recovery: "`retryAttempts: Infinity`",
  async serve(work) {
    const { sockets, port } = await listen(() => "graphql-transport-ws");
    useServer({ schema, roots: rootsFor(work) }, sockets);
    return port;
  },
  async connect(port) {
    const client = createClient({
      url: addressOf(port),
      webSocketImpl: WebSocket,
      lazy: false,
      onNonLazyError: () => {},
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: () => pause(REDIAL_MS),
    });
    const read = (query: string, variables: Record<string, unknown>, listener: (data: never) => void) =>
      new Promise<void>((resolve, reject) => {
        const next = ({ data, errors }: { data?: unknown; errors?: readonly unknown[] | undefined }) =>
          data ? listener(data as never) : reject(new Error(JSON.stringify(errors)));
        client.subscribe({ query, variables }, { next, error: reject, complete: resolve });
      });
    return {
      async spend(token) {
        let answer: string | undefined;
        await read("mutation ($token: String!) { spend(token: $token) }", { token }, (data: { spend: string }) => {
          answer = data.spend;
        });
        if (answer === undefined) throw new Error("completed without an answer");
        return answer;
      },
      listen: (name, to, listener) => {
        const variables = { name, after: 0, to };
        return read(
          "subscription ($name: String!, $after: Int!, $to: Int!) { numbers(name: $name, after: $after, to: $to) }",
          variables,
          ({ numbers }: { numbers: number }) => {
            variables.after = numbers;
            listener(numbers);
          },
        );
      },
      close: () => void client.dispose(),
    };
  },
};
