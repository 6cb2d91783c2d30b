import { type Client, type Interceptor, safe } from "@trunkline/client";
import type { theatre } from "./contract.js";

/** What a form shows, however it ends. */
export async function reserve(client: Client<typeof theatre>, name: string, seats: number): Promise<string> {
  const reserved = await safe(client.reserve({ name, seats }));
  if (reserved.ok) return `reserved: ${reserved.data.id}`;
  const { error } = reserved;
  if (error.code === "SOLD_OUT") return `only ${error.data.left} are left`; // its data, by the contract
  if (error.code === "CLOSED") return "we open at noon";
  if (error.code === "INVALID_ARGUMENT")
    return (error.data ?? []).map(({ path }) => `see ${path.join(".")}`).join(", ");
  if (error.code === "INTERNAL") return `our fault: tell us ${error.errorId}`;
  if (error.outcome === "unknown") return "it may be reserved: look at your tickets";
  return error.retryable ? "please try again" : error.message;
}

/** For `createClient`'s `interceptors`: hears how every query and mutation ended, whoever made it. */
export const recording =
  (record: (path: string, code: string) => void): Interceptor =>
  (call, next) => {
    const answer = next(call);
    if (answer instanceof Promise) {
      answer.then(
        () => record(call.path, "OK"),
        (error) => record(call.path, String(error?.code)),
      );
    }
    return answer;
  };
