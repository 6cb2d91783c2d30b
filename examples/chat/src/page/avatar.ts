/** How a person looks: initials on a colour that is always the same for the same name. */
import { element } from "./element.js";

/** A circle with initials. It says nothing the name beside it does not say. */
export function avatar(name: string): HTMLElement {
  const made = element("span", { class: "avatar", "aria-hidden": "true" }, initials(name));
  paint(made, name);
  return made;
}

/** Lets the style sheet colour an element by its author. */
export function paint(target: HTMLElement, name: string): void {
  target.style.setProperty("--hue", String(hue(name)));
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  // By code point: half of a surrogate pair is no letter.
  return letters.map((word) => [...word][0]!.toUpperCase()).join("");
}

function hue(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)!) % 9_973;
  // Steps of the golden angle keep neighbours apart.
  return Math.round((hash * 137.508) % 360);
}
