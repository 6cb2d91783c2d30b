/** A class of a program's own, which the guide to values carries. */
export class Money {
  constructor(
    readonly cents: bigint,
    readonly currency: string,
  ) {}

  static parse(text: string): Money {
    const [, cents, currency] = /^(\d+) ([A-Z]{3})$/.exec(text) ?? [];
    if (cents === undefined || currency === undefined) throw new TypeError("expected cents and a currency");
    return new Money(BigInt(cents), currency);
  }
}
