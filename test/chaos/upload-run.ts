/** An upload from one process to another, with a proxy of faults between them that cuts the line again and again. */
import { type ChildProcess, fork } from "node:child_process";
import { on } from "node:events";
import { fileURLToPath } from "node:url";
import { openFaultProxy } from "@trunkline/testing";
import type { UploadOrder, UploadReport } from "./upload-contract.js";

export interface UploadFigures extends Exclude<UploadReport, { readonly gone: number }> {
  readonly cuts: number;
}

const execArgv = ["--conditions=@trunkline/source", "--import=tsx"];
const start = (program: URL) => fork(fileURLToPath(program), { execArgv });

/** Cuts fall at equal distances of what has gone. */
export async function runUpload({ bytes, cuts }: { bytes: number; cuts: number }): Promise<UploadFigures> {
  const server = start(new URL("upload-server.ts", import.meta.url));
  const client = start(new URL("upload-client.ts", import.meta.url));
  const listening = told<{ readonly port: number }>(server);
  const reports = told<UploadReport>(client);
  try {
    const { value: [{ port }] = [{ port: 0 }] } = await listening.next();
    await using proxy = await openFaultProxy(port);
    client.send({ url: `ws://127.0.0.1:${proxy.port}`, bytes } satisfies UploadOrder);
    let made = 0;
    for await (const [report] of reports) {
      if ("seconds" in report) return { ...report, cuts: made };
      if (made < cuts && report.gone >= (bytes / (cuts + 1)) * (made + 1)) {
        made++;
        proxy.cut("reset");
      }
    }
    throw new Error("the client's process has ended");
  } finally {
    for (const child of [server, client]) child.kill("SIGKILL");
  }
}

/** What a child says, until it ends. */
const told = <Report>(child: ChildProcess) =>
  on(child, "message", { close: ["exit"] }) as AsyncIterableIterator<[Report], undefined>;
