import { createClient, safe } from "@trunkline/client";
import { guestbook } from "./contract.js";

await using client = createClient(guestbook, { url: process.argv[2] ?? "ws://127.0.0.1:3000" });

console.log(await client.greet({ name: "Ada" }));

for (const name of ["Ada", "Grace", "Ada"]) {
  const signed = await safe(client.sign({ name }));
  if (signed.ok) console.log(`${name} is guest ${signed.data.number}`);
  else if (signed.error.code === "ALREADY_SIGNED") console.log(`${name} was guest ${signed.error.data.number} already`);
  else throw signed.error;
}

for await (const guest of client.guests()) {
  console.log(`in the book: ${guest.name}`);
  if (guest.name === "Grace") break;
}
