/**
 * The answer to a call: its input validated, its handler run, its output validated and encoded. In this order, and
 * synchronous as long as schema, middleware and handler are.
 */
import { defaultLimits, RpcError as Failure, type Limits, type RpcError } from "@trunkline/core";
import type { Answerer, Json, OpenStream, StreamItem, WireError, Work } from "@trunkline/core/internal";
import { COMPARE_PATH, encodeValue } from "@trunkline/core/internal";
import { CallArguments } from "./call-arguments.js";
import { contractDifference } from "./contract-difference.js";
import { type EncodedEvent, isEncodedEvent, isGap, isIdentifiedEvent } from "./define/event.js";
import type { Connection } from "./define/handler.js";
import type { Route } from "./define/router.js";
import { explain, type FailureReport, RefusedCall } from "./failure.js";
import { inputIssues, issuesMessage } from "./issues.js";
import { chain, validate } from "./validate.js";

export interface AnswerOptions {
  readonly routes: ReadonlyMap<string, Route>;
  /** Dotted path → hash of the procedure. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly connection: Connection;
  readonly limits: Limits;
  /** The context of the connection as it is now; it is renewed with each transport. */
  context(): unknown;
  /** Hears every failure that is not the caller's. Does not throw. */
  report(failure: FailureReport): void;
}

/** Answers the calls of one connection from a router. */
export class RouterAnswerer implements Answerer {
  readonly #options: AnswerOptions;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  once(work: Work): Json | Promise<Json> {
    if (work.path === COMPARE_PATH) return JSON.stringify(contractDifference(work.input, this.#options.hashes));
    const route = this.#route(work);
    return chain(this.#run(route, work), (value) => this.#output(route, value));
  }

  stream(work: Work): OpenStream | Promise<OpenStream> {
    const route = this.#route(work);
    return chain(this.#run(route, work), (events) => {
      const iterator = (events as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator]?.();
      if (iterator === undefined) throw new TypeError(`${route.path}: expected the handler to return an AsyncIterable`);
      return { iterator, encode: (item) => this.#item(route, item) };
    });
  }

  explain(error: unknown, work: Work): WireError {
    const route = this.#options.routes.get(work.path);
    const { connection, limits, report } = this.#options;
    return explain(error, { route, work, connection, limits, report });
  }

  #route(work: Work): Route {
    const route = this.#options.routes.get(work.path);
    // The path is never echoed: it is whatever the caller sent.
    if (route === undefined) throw new RefusedCall("UNIMPLEMENTED", "the server has no such procedure");
    if ((route.procedure.kind === "subscription") !== work.isStream) {
      throw new RefusedCall("UNIMPLEMENTED", `this procedure is a ${route.procedure.kind}`);
    }
    return route;
  }

  #run(route: Route, work: Work): unknown {
    return chain(validate(route.procedure.definition.input, work.input), (validated) => {
      if ("issues" in validated && validated.issues !== undefined) throw invalidInput(validated.issues);
      // A handler is not started for a caller that has gone while its input was validated.
      if (work.aborted) throw work.signal.reason;
      const { connection, context } = this.#options;
      const input = (validated as { readonly value: unknown }).value;
      return route.handler(new CallArguments(work, { route, input, connection, context: context() }));
    });
  }

  #output(route: Route, value: unknown): Json | Promise<Json> {
    return chain(validate(route.procedure.definition.output, value), (validated) =>
      this.#encode(validated, "output", route),
    );
  }

  #item(route: Route, item: unknown): StreamItem | Promise<StreamItem> {
    if (isGap(item)) return { gap: item.reason };
    const encoded = isEncodedEvent(item);
    if (encoded && this.#isReady(route, item)) return { value: item.text, eventId: item.id };
    const identified = encoded || isIdentifiedEvent(item);
    const eventId = identified ? item.id : undefined;
    return chain(validate(route.procedure.definition.event, identified ? item.data : item), (validated) => ({
      value: this.#encode(validated, "event", route),
      eventId,
    }));
  }

  /** Whether a topic's event is what this procedure declares, and nested no deeper than this server's clients take. */
  #isReady(route: Route, { schema }: EncodedEvent): boolean {
    return schema === route.procedure.definition.event && this.#options.limits.jsonDepth >= defaultLimits.jsonDepth;
  }

  /** Undeclared keys never leave: what travels is what validation made of the value. */
  #encode(validated: Awaited<ReturnType<typeof validate>>, what: "output" | "event", route: Route): Json {
    if ("issues" in validated && validated.issues !== undefined) {
      const found = issuesMessage(inputIssues(validated.issues), what);
      throw new TypeError(`${route.path}: the handler's ${what} is not what the contract declares: ${found}`);
    }
    return encodeValue((validated as { readonly value: unknown }).value, this.#options.limits);
  }
}

function invalidInput(issues: Parameters<typeof inputIssues>[0]): RpcError {
  const data = inputIssues(issues);
  return new Failure("INVALID_ARGUMENT", { message: issuesMessage(data, "input"), data });
}
