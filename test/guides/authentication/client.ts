import { createClient } from "@trunkline/client";
import { account } from "./contract.js";

/** A client, and what a page shows of its connection. `token` may ask your sign-in for a new one. */
export function connect(
  url: string,
  token: () => string | undefined | Promise<string | undefined>,
  show: (line: string) => void,
) {
  const client = createClient(account, { url, auth: token });
  client.$connection.subscribe((status) => {
    if (status.state === "stopped" && status.code === "UNAUTHENTICATED") show("please sign in");
    else if (status.state === "stopped") show(`it cannot go on: ${status.reason}`);
    else if (status.state === "waiting") show(`no connection: ${status.reason}`);
  });
  return client;
}
