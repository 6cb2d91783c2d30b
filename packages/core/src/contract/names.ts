/**
 * The names a contract may use. A client is a proxy whose properties are these names, so a name that the language or
 * the client gives a meaning of its own must not stand in a contract.
 */

/** The names that do not compile. The rest, the ones every object inherits included, is refused by {@link refuseName}. */
export interface ReservedNames {
  readonly then?: "a contract must not have a member called then: a client would pass for a promise";
  readonly catch?: "a contract must not have a member called catch: a client would pass for a promise";
  readonly finally?: "a contract must not have a member called finally: a client would pass for a promise";
  readonly prototype?: "a contract must not have a member called prototype";
  readonly toJSON?: "a contract must not have a member called toJSON";
  readonly [name: `$${string}`]: "names that begin with $ belong to the client";
}

const reserved: ReadonlyMap<string, string> = new Map([
  ["then", "a client would pass for a promise"],
  ["catch", "a client would pass for a promise"],
  ["finally", "a client would pass for a promise"],
  ["constructor", "every object has it"],
  ["prototype", "every function has it"],
  ["__proto__", "every object has it"],
  ["toJSON", "JSON.stringify would call it"],
  ["toString", "every object has it"],
  ["valueOf", "every object has it"],
]);

/** Why a name cannot be used, or `undefined` when it can. */
export function refuseName(name: string): string | undefined {
  if (name === "") return "a name must not be empty";
  const why = reserved.get(name);
  if (why !== undefined) return `the name ${name} is reserved: ${why}`;
  if (name.startsWith("$")) return `the name ${name} is reserved: names that begin with $ belong to the client`;
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return undefined;
  return `expected a name of letters, digits and _ that does not begin with a digit, but came ${JSON.stringify(name)}`;
}
