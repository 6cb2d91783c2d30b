/**
 * The laws of import, each a pure function from what the files say to the sentences that name who breaks it and why it
 * matters. ARCHITECTURE.md tells the idea behind them: words, rules, hands.
 */
import { posix } from "node:path";
import { type Import, isTest, packageOf, type Source } from "./source.js";

export interface House {
  readonly sources: readonly Source[];
  /** What each package exports: the specifier others write → the file behind it. */
  readonly doors: ReadonlyMap<string, string>;
}

export type Law = (house: House) => string[];

const rings = {
  protocol: [],
  error: ["protocol"],
  machine: ["protocol", "error"],
  runtime: ["protocol", "error", "machine", "contract", "clock", "transport", "compose"],
  answer: ["protocol", "error", "machine", "runtime", "contract"],
  call: ["protocol", "error", "machine", "runtime", "contract", "clock", "compose"],
  contract: ["error"],
  clock: [],
  transport: [],
  compose: [],
  chunks: [],
  "option-names": [],
} as const satisfies Record<string, readonly string[]>;

type Ring = keyof typeof rings;

const whyRing: Record<Ring, string> = {
  protocol: "the words depend on nothing, so that both ends and every tool can read them",
  error: "an error is made of words alone; whoever may fail imports it, never the other way round",
  machine: "a rule that knows hands, sockets or schemas cannot be simulated and replayed",
  runtime: "the hands serve both ends, so they know neither the doors of the package nor its simulation",
  answer: "either end may answer, so what answers knows no end, and neither doors nor simulation",
  call: "either end may call, so what calls knows no end, and neither doors nor simulation",
  contract: "a contract is declared before anything runs: it may name the types of errors and nothing else",
  clock: "clock.ts is a leaf: whoever needs time can take it without taking anything along",
  transport: "transport.ts is a leaf: an adapter is written against it alone",
  compose: "compose.ts is a leaf: the onion knows nothing of what it wraps",
  chunks: "chunks.ts is a leaf: bytes are cut the same wherever they go",
  "option-names": "option-names.ts is a leaf: whoever takes options can check their names",
};

/** Inside core: protocol ← error ← machine ← runtime ← { answer, call }, and the leaves import nothing. Its tests may use all of core. */
export const ringsPointInward: Law = (house) =>
  shipped(house, "core").flatMap((source) => {
    const ring = ringOf(source.path);
    if (isDoor(ring)) return [];
    if (!isRing(ring)) return [`${source.path}: ${ring} is in no ring; give it a place in test/architecture/laws.ts`];
    return source.imports.flatMap((found) => {
      const target = resolve(house, source.path, found.specifier);
      if (target === undefined || packageOf(target) !== "core") return [];
      return allows(ring, ringOf(target), found) ? [] : [`${source.path} imports ${target}: ${whyRing[ring]}`];
    });
  });

function allows(from: Ring, to: string, { typeOnly }: Import): boolean {
  if (from === to) return true;
  if (from === "contract" && !typeOnly) return false;
  return (rings[from] as readonly string[]).includes(to);
}

/** `machine` for a file in that folder, `clock` for clock.ts. */
const ringOf = (path: string): string =>
  path.replace("packages/core/src/", "").split("/")[0]?.replace(/\.ts$/, "") ?? "";
const isRing = (name: string): name is Ring => Object.hasOwn(rings, name);
const isDoor = (name: string): boolean =>
  name === "index" || name === "internal" || name === "stripped" || name === "simulation";

/** No file of a package reaches itself, types included. */
export const importsHaveNoCycles: Law = (house) => {
  const graph = new Map(house.sources.filter(isShipped).map((source) => [source.path, neighbours(house, source)]));
  const done = new Set<string>();
  const broken: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const circle = [...trail.slice(start), path].join(" → ");
      broken.push(`${circle}: files that import each other, even for types, are one file in two places`);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return broken;
};

const neighbours = (house: House, source: Source): string[] =>
  source.imports
    .map(({ specifier }) => resolve(house, source.path, specifier))
    .filter((path) => path !== undefined)
    .filter((path) => packageOf(path) === packageOf(source.path));

const impure =
  "async await Promise setTimeout setInterval queueMicrotask Date performance Math.random crypto process console";

/** Machines, the client's dialer and its backoff take time and chance as arguments and give effects as data. */
export const machinesArePure: Law = ({ sources }) =>
  sources
    .filter(isShipped)
    .filter(isMachine)
    .flatMap(({ path, words }) =>
      impure
        .split(" ")
        .filter((word) => words.has(word))
        .map(
          (word) => `${path} says ${word}: a machine is pure, or its runs cannot be simulated, compared and replayed`,
        ),
    );

const isMachine = ({ path }: Source): boolean =>
  path.startsWith("packages/core/src/machine/") || /^packages\/client\/src\/(.+\/)?(dialer|backoff)\.ts$/.test(path);

/** One place starts timers, so that a virtual clock can stand in for it and nothing is left ticking. */
export const onlyTheClockStartsTimers: Law = ({ sources }) =>
  sources
    .filter(isShipped)
    .filter(({ path }) => path !== "packages/core/src/clock.ts")
    .flatMap((source) => {
      const started = ["setTimeout", "setInterval", "setImmediate"].filter((timer) => source.globals.has(timer));
      if (source.words.has("AbortSignal.timeout")) started.push("AbortSignal.timeout");
      return started.map(
        (timer) => `${source.path} uses ${timer}: only clock.ts starts timers, or a test must wait for real`,
      );
    });

const mayImport: Record<string, readonly string[]> = {
  core: [],
  server: ["core"],
  client: ["core"],
  testing: ["core", "server", "client"],
  strip: ["core"],
};

/** core ← { server, client } ← testing; server and client meet on the wire only. */
export const packagesPointInward: Law = ({ sources }) =>
  sources.flatMap((source) => {
    const own = packageOf(source.path) ?? "";
    return source.imports.flatMap(({ specifier }) => {
      const other = /^@trunkline\/([^/]+)/.exec(specifier)?.[1];
      if (other === undefined || other === own || mayImport[own]?.includes(other) !== false) return [];
      return [
        `${source.path} imports ${specifier}: ${own} does not know ${other}; what two packages share lives in core`,
      ];
    });
  });

const homes = { ws: "server", "isomorphic-ws": "client", zod: undefined } as const;

/** A socket library is known to one file of one package, a validator to none. */
export const librariesHaveOneHome: Law = ({ sources }) =>
  Object.entries(homes).flatMap(([library, home]) => {
    const users = sources
      .filter(isShipped)
      .filter(
        ({ path, imports }) =>
          packageOf(path) !== undefined && imports.some(({ specifier }) => specifier.split("/")[0] === library),
      );
    const inside = users.filter(({ path }) => home !== undefined && packageOf(path) === home);
    const outside = users.filter((user) => !inside.includes(user));
    const rule =
      home === undefined
        ? "Standard Schema is all we speak"
        : `one file of ${home} knows it, so it can be replaced there`;
    return [...outside, ...inside.slice(1)].map(({ path }) => `${path} imports ${library}: ${rule}`);
  });

/** Across packages, and from tests and examples, only by a name that the package exports. */
export const packagesAreEnteredByTheirDoors: Law = (house) =>
  house.sources.flatMap((source) =>
    source.imports
      .filter(({ specifier }) => !entersProperly(house, source.path, specifier))
      .map(
        ({ specifier }) =>
          `${source.path} imports ${specifier}: what a package does not export may change without notice`,
      ),
  );

function entersProperly({ doors }: House, from: string, specifier: string): boolean {
  if (specifier.startsWith("@trunkline/")) return doors.has(specifier);
  if (!specifier.startsWith(".")) return true;
  const target = posix.join(posix.dirname(from), specifier);
  // A package's tests may share what stands beside them in its own test folder.
  if (isTest(from) && target.startsWith(`packages/${packageOf(from)}/test/`)) return true;
  return !target.startsWith("packages/") || packageOf(target) === (packageOf(from) ?? "outside");
}

const isShipped = ({ path }: Source): boolean => packageOf(path) !== undefined && !isTest(path);

const shipped = ({ sources }: House, name: string): Source[] =>
  sources.filter(isShipped).filter(({ path }) => packageOf(path) === name);

/** The file behind a specifier, undefined for what is not ours. */
function resolve({ doors }: House, from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return doors.get(specifier);
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}
