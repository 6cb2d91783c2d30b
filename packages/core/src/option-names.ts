/**
 * Options by their names: TypeScript refuses one that is misspelt, and JavaScript would not hear of it. What looks like no
 * option is the program's own: hooks may have the object they stand in for their `this`.
 */

/** All names of some options; the compiler sees to it that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, unknown>>;

/** Letters too many or too few, of at least three times as many: `auth` and `pool` are words of their own. */
const MOST_WRONG = 2;

/** @throws TypeError for what is nearly an option. */
export function checkNames<Options extends object>(what: string, options: Options, names: OptionNames<Options>): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const meant = Object.keys(names).find((known) => wrong(name, known) <= Math.min(MOST_WRONG, name.length / 3));
    if (meant) throw new TypeError(`${what} has no option "${name}": did you mean "${meant}"?`);
  }
}

/** How many letters one word has that the other has not. Their order makes no difference: it is what goes wrong most. */
function wrong(name: string, known: string): number {
  const left = [...known.toLowerCase()].reduce((rest, letter) => rest.replace(letter, ""), name.toLowerCase());
  return 2 * left.length + known.length - name.length;
}
