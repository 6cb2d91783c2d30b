/** A page with a client: what a test asks of it goes through `trunk`. */
import { createClient } from "@trunkline/client";
import { contract } from "./contract.js";

const client = createClient(contract, {
  url: `ws://${location.host}/rpc`,
  // Short, so that a pause is soon longer than what is borne.
  limits: { graceMs: 1_000 },
  // By the spread that the server asks for it would come back by itself after 10 s: what it does before comes from its
  // page's life.
  random: () => 0.5,
});

const states: string[] = [];
const outcomes: string[] = [];
client.$connection.subscribe(({ state }) => void states.push(state));

const exposed = {
  /** Every state of the connection so far. */
  states,
  /** What became of each call that was begun: its answer, or the code it failed with. */
  outcomes,
  session: (): Promise<string> => client.session(),
  /** Begins a call, and does not wait for it. */
  hold: (text: string): void => {
    client.hold(text).then(
      (answer) => outcomes.push(answer),
      ({ code }: { readonly code: string }) => outcomes.push(code),
    );
  },
};

declare global {
  var trunk: typeof exposed;
}
globalThis.trunk = exposed;
