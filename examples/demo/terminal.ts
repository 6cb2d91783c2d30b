/** How the demo looks: headings, rows in columns, ticks and crosses. Coloured where somebody is there to see it. */
const isColoured = process.stdout.isTTY === true && !process.env.NO_COLOR;

const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = paint(1);
const dim = paint(2);
const red = paint(31);
const green = paint(32);
const yellow = paint(33);
const cyan = paint(36);

export function heading(text: string): void {
  console.log(`\n${bold(text)}`);
}

/** One thing that happened: who, what kind of thing, what was said, what came of it. */
export function row(who: string, kind: string, said: string, outcome = ""): void {
  console.log(`  ${cyan(who.padEnd(7))}${dim(kind.padEnd(14))}${said.padEnd(30)}${outcome}`.trimEnd());
}

/** One cut of the line. */
export function cutRow(number: number, moment: string, found: string): void {
  console.log(`  ${yellow(`cut ${number}`)}  ${moment.padEnd(43)}${dim(found)}`);
}

/** One promise that was checked. */
export function claimRow({ says, holds, found }: { says: string; holds: boolean; found: string }): void {
  console.log(`  ${holds ? green("✓") : red("✗")}  ${says.padEnd(47)}${holds ? dim(found) : red(found)}`);
}

export function summary(holds: boolean, text: string): void {
  console.log(`\n${holds ? green(bold("ok")) : red(bold("failed"))}  ${text}`);
}

export const figure = (value: number) => value.toLocaleString("en-US");
