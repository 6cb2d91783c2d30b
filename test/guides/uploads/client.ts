import { type Client, chunks } from "@trunkline/client";
import type { files } from "./contract.js";

/** Sends a file, shows how far it is, and can be stopped. */
export async function send(client: Client<typeof files>, file: File, bar: HTMLProgressElement, signal: AbortSignal) {
  const upstream = chunks(file, {
    onProgress({ bytes, totalBytes = bytes }) {
      bar.value = bytes / totalBytes;
    },
  });
  return client.upload({ name: file.name }, { upstream, signal });
}
