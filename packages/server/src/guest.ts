/** What the application's hooks made of a client's credentials. */
export interface Guest {
  readonly context: unknown;
  /** Whose session it is; `undefined` where the application names nobody. */
  readonly identity: string | undefined;
  /** When the credentials expire, in milliseconds since the epoch; `undefined`: never. */
  readonly expiresAt: number | undefined;
}
