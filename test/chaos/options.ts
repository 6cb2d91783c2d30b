/** `--name value` on the command line. */

/** The whole number of an option, or its default. */
export function option(name: string, otherwise: number): number {
  const index = process.argv.indexOf(`--${name}`);
  if (index < 0) return otherwise;
  const value = Number(process.argv[index + 1]);
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name} needs a whole number`);
  return value;
}
