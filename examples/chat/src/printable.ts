/** What a name or a message may hold. It stands beside the contract, because the page loads that without its functions. */

/** Control characters (other than line break and tab), halves of characters. */
const unprintable = /[\p{Cs}]|(?![\n\t])\p{Cc}/u;

export const isPrintable = (text: string): boolean => !unprintable.test(text);

/** A text as it may be sent: without what cannot be shown. */
export const printable = (text: string): string =>
  text.replaceAll(/\r\n?/g, "\n").replaceAll(new RegExp(unprintable, "gu"), "");
