/** What JavaScript may pass, where TypeScript would say no. */
import { createServer as createHttpServer } from "node:http";
import { defineContract, query } from "@trunkline/core";
import { expect, test } from "vitest";
import { implement } from "./define.js";
import { serve } from "./serve.js";
import { createServer } from "./server.js";

const router = implement(defineContract({ ping: query({}) })).router({ ping: () => {} });
const misspelt = (options: object) => options as never;

test.each([
  ["onEror", "onError"],
  ["onconnect", "onConnect"],
  ["limit", "limits"],
  ["maxConnectionAge", "maxConnectionAgeMs"],
])("an option %s is refused, and %s named", (name, meant) => {
  expect(() => createServer(router, misspelt({ [name]: undefined }))).toThrow(
    new TypeError(`createServer has no option "${name}": did you mean "${meant}"?`),
  );
});

test("so it is wherever a server takes options", async () => {
  await expect(serve(router, misspelt({ prot: 1 }))).rejects.toThrow(
    'serve has no option "prot": did you mean "port"?',
  );
  const server = createServer(router);
  expect(() => server.attach(createHttpServer(), misspelt({ origin: "*" }))).toThrow('did you mean "origins"?');
  await expect(server.drain(misspelt({ deadline: 5 }))).rejects.toThrow('did you mean "deadlineMs"?');
  expect(server.state).toBe("serving");
  await server.close();
});

test.each([
  ["admission", { conections: 5 }],
  ["rate", { messagePerSecond: 5 }],
  ["compression", { tresholdBytes: 5 }],
])("and in what it is told of %s", (option, options) => {
  const [name] = Object.keys(options);
  expect(() => createServer(router, misspelt({ [option]: options }))).toThrow(`${option} has no option "${name}"`);
});

test("what is like no option is the program's own, for its hooks", async () => {
  await createServer(router, misspelt({ seen: [], db: {}, id: 1 })).close();
  const server = await serve(router, misspelt({ auth: {}, data: {}, hash: {}, name: "a", pool: {}, state: {} }));
  await server.close();
});
