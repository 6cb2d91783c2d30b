/**
 * Options by their names: TypeScript refuses one that is misspelt, and JavaScript would not hear of it. What looks like no
 * option is the program's own: hooks have the object they stand in for their `this`.
 */

/** All names of some options; the compiler sees to it that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** Letters that may be wrong, of at least three times as many: `auth` and `pool` are words of their own. */
const MOST_WRONG = 2;
const PART_WRONG = 1 / 3;

/** @throws TypeError for what is nearly an option. */
export function checkNames<Options extends object>(what: string, options: Options, names: OptionNames<Options>): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const wrong = (known: string) => distance(name.toLowerCase(), known.toLowerCase());
    const [nearest = ""] = Object.keys(names).sort((one, other) => wrong(one) - wrong(other));
    const mostWrong = sorted(name) === sorted(nearest) ? MOST_WRONG : Math.min(MOST_WRONG, name.length * PART_WRONG);
    if (wrong(nearest) <= mostWrong) {
      throw new TypeError(`${what} has no option ${JSON.stringify(name)}: did you mean ${JSON.stringify(nearest)}?`);
    }
  }
}

/** Its letters in order: two that are exchanged make no difference. */
const sorted = (name: string): string => [...name.toLowerCase()].sort().join("");

/** How many letters have to be changed, added or left out to make one text of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (let index = 0; index < other.length; index++) {
      const changed = row[index]! + (letter === other[index] ? 0 : 1);
      next.push(Math.min(changed, row[index + 1]! + 1, next[index]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
