/** Elements in one expression. Text becomes text nodes and never markup: there is no other way to make one here. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A button with a caption that does one thing. */
export function button(caption: string, className: string, press: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: className }, caption);
  made.addEventListener("click", press);
  return made;
}

/** The element of the page with this id. Throws where the page has none of this class. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`expected the page to have #${id} of class ${kind.name}`);
  return found;
}

/** Makes an element's children these, in this order, and moves none that already stands right. */
export function arrange(parent: HTMLElement, children: Iterable<Node>): void {
  let place = parent.firstChild;
  for (const child of children) {
    if (child === place) place = place.nextSibling;
    else parent.insertBefore(child, place);
  }
  while (place !== null) {
    const next: ChildNode | null = place.nextSibling;
    place.remove();
    place = next;
  }
}
