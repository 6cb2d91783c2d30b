/** Lives many worlds, or one again, for `npm run simulate`. */
import { shrink } from "./shrink.js";
import { Totals } from "./totals.js";
import { type Life, live } from "./world.js";

/** Lives so many worlds, or as many as it takes until one fails. False: one has. */
export async function simulateWorlds(worlds: number, from: number): Promise<boolean> {
  const totals = new Totals();
  let failed: Life | undefined;
  for (let seed = from; seed < from + worlds && failed === undefined; seed++) {
    const life = await live(seed);
    totals.add(life);
    if (life.broken !== undefined) failed = life;
  }
  console.log(String(totals));
  if (failed !== undefined) await report(failed, undefined);
  return failed === undefined;
}

/** Lives one world again, and prints every line of its trace. False: it fails. */
export async function replayWorld(seed: number, faults: ReadonlySet<number> | undefined): Promise<boolean> {
  const life = await live(seed, {
    listen: (line) => console.log(line),
    ...(faults === undefined ? {} : { faults }),
  });
  console.log(`hash ${life.hash}`);
  if (life.broken !== undefined) await report(life, faults);
  return life.broken === undefined;
}

/** What broke, the few faults that it takes, and how to see it again. */
async function report({ seed, broken }: Life, chosen: ReadonlySet<number> | undefined): Promise<void> {
  if (broken === undefined) return;
  console.error(broken.message);
  const faults = chosen === undefined ? await shrink(seed, broken.invariant) : [];
  for (const { number, kind, at } of faults) {
    console.error(`fault ${number}: ${kind}, ${at === undefined ? "now and then" : `at ${at} ms`}`);
  }
  const numbers = [...(chosen ?? faults.map(({ number }) => number))].join(",") || "none";
  console.error(`replay: npm run simulate -- --world ${seed} --faults ${numbers}`);
}
