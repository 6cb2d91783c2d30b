/** The rooms there are and the people who are here. */
import type { Person, Room } from "../contract.js";
import { avatar } from "./avatar.js";
import { button, byId, element } from "./element.js";

export interface SidebarState {
  readonly rooms: readonly Room[];
  readonly people: readonly Person[];
  readonly room: string;
  readonly me: string;
}

/** Faces shown in a room's head; the rest is a number. */
const FACES = 5;

export class Sidebar {
  readonly #choose: (room: string) => void;
  /** Kept, so that the keyboard's focus stays where it is. */
  readonly #buttons = new Map<string, HTMLButtonElement>();

  constructor(choose: (room: string) => void) {
    this.#choose = choose;
  }

  show(state: SidebarState): void {
    byId("me", HTMLElement).replaceChildren(avatar(state.me), element("span", { class: "name" }, state.me));
    if (this.#buttons.size === 0) byId("rooms", HTMLElement).replaceChildren(...this.#items(state.rooms));
    this.#rooms(state);
    this.#people(state);
    this.#head(state);
  }

  #items(rooms: readonly Room[]): HTMLElement[] {
    return rooms.map(({ id }) => {
      const choice = button("", "room", () => this.#choose(id));
      this.#buttons.set(id, choice);
      return element("li", {}, choice);
    });
  }

  #rooms({ rooms, people, room }: SidebarState): void {
    for (const { id, title, capacity } of rooms) {
      const here = people.filter((person) => person.rooms.includes(id)).length;
      const choice = this.#buttons.get(id);
      const count = element("span", { class: "count", title: `${here} of ${capacity}` }, String(here));
      choice?.replaceChildren(element("span", { class: "title" }, title), " ", count);
      choice?.setAttribute("aria-label", `${title}, ${here} here`);
      if (id === room) choice?.setAttribute("aria-current", "page");
      else choice?.removeAttribute("aria-current");
    }
  }

  #people({ people, me }: SidebarState): void {
    const items = people.map(({ name }) =>
      element("li", {}, avatar(name), element("span", { class: "name" }, name === me ? `${name} (you)` : name)),
    );
    byId("people", HTMLElement).replaceChildren(...items);
  }

  #head({ rooms, people, room }: SidebarState): void {
    const facts = rooms.find(({ id }) => id === room);
    byId("room-title", HTMLElement).textContent = facts?.title ?? "";
    byId("room-topic", HTMLElement).textContent = facts?.topic ?? "";
    const here = people.filter((person) => person.rooms.includes(room)).map(({ name }) => name);
    const faces = byId("faces", HTMLElement);
    faces.setAttribute("aria-label", here.length === 0 ? "Nobody is here" : `Here: ${here.join(", ")}`);
    faces.title = here.join(", ");
    const rest = here.length > FACES ? [element("span", { class: "count" }, `+${here.length - FACES}`)] : [];
    faces.replaceChildren(...here.slice(0, FACES).map(avatar), ...rest);
  }
}
