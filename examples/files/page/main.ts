/** The page: a file goes up with a progress bar, and comes down with one. */
import { chunks, createClient, safe } from "@trunkline/client";
import { files, type StoredFile } from "../contract.js";

const find = <Type extends HTMLElement>(id: string) => document.querySelector<Type>(`#${id}`)!;
const [input, progress, cancel] = [
  find<HTMLInputElement>("file"),
  find<HTMLProgressElement>("progress"),
  find("cancel"),
];

const client = createClient(files, {
  url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/rpc`,
});

function show(bytes: number, totalBytes = 1): void {
  progress.hidden = false;
  progress.value = totalBytes === 0 ? 1 : bytes / totalBytes;
}

/** Does one thing that can be cancelled, and says how it went. */
async function run(work: (signal: AbortSignal) => Promise<string>): Promise<void> {
  const controller = new AbortController();
  cancel.hidden = false;
  cancel.onclick = () => controller.abort();
  find("said").textContent = await work(controller.signal).catch((error: Error) => error.message);
  progress.hidden = cancel.hidden = true;
}

async function upload(file: File, signal: AbortSignal): Promise<string> {
  const upstream = chunks(file, { onProgress: ({ bytes, totalBytes }) => show(bytes, totalBytes) });
  const stored = await safe(client.upload({ name: file.name }, { upstream, signal }));
  if (stored.ok) return `${stored.data.name} is on the shelf`;
  if (stored.error.code !== "TOO_LARGE") throw stored.error;
  return `${file.name} is larger than ${stored.error.data.mostBytes} bytes`;
}

async function download({ id, name, size }: StoredFile, signal: AbortSignal): Promise<string> {
  const parts: BlobPart[] = [];
  let bytes = 0;
  for await (const part of client.download({ id }, { signal })) {
    parts.push(part);
    bytes += part.length;
    show(bytes, size);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  return `${name} is here`;
}

async function list(): Promise<void> {
  const entries = (await client.list()).map((file) => {
    const [entry, button, hash] = [
      document.createElement("li"),
      document.createElement("button"),
      document.createElement("code"),
    ];
    button.textContent = `Download ${file.name}`;
    button.addEventListener("click", () => void run((signal) => download(file, signal)));
    hash.textContent = file.sha256;
    entry.append(button, ` ${file.size} bytes `, hash);
    return entry;
  });
  find("files").replaceChildren(...entries);
}

input.addEventListener("change", () => {
  const [file] = input.files ?? [];
  if (file !== undefined) void run((signal) => upload(file, signal)).then(list);
  input.value = "";
});

await list();
