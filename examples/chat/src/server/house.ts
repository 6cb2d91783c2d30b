/** The rooms and the people: all the state there is, in memory. */
import type { Person, Room as RoomFacts } from "../contract.js";
import { Changes } from "./changes.js";
import { Pace } from "./pace.js";
import { Room } from "./room.js";

const facts: readonly RoomFacts[] = [
  { id: "lobby", title: "Lobby", topic: "Everybody comes through here", capacity: 200 },
  { id: "workshop", title: "Workshop", topic: "Half-built things and how to finish them", capacity: 50 },
  { id: "booth", title: "Phone booth", topic: "For two, and the door sticks", capacity: 2 },
];

/** Somebody who is here, once, however many connections they have. */
interface Guest {
  readonly connections: Set<string>;
  readonly pace: Pace;
}

export class House {
  readonly #changes = new Changes();
  readonly #people = new Map<string, Guest>();
  readonly #rooms = new Map(facts.map((room) => [room.id, new Room(room, () => this.#changes.announce())]));

  get rooms(): RoomFacts[] {
    return [...facts];
  }

  room(id: string): Room | undefined {
    return this.#rooms.get(id);
  }

  /** How fast somebody may speak. */
  pace(name: string): Pace {
    return this.#people.get(name)?.pace ?? new Pace();
  }

  arrive(name: string, connectionId: string): void {
    const guest = this.#people.get(name) ?? { connections: new Set(), pace: new Pace() };
    guest.connections.add(connectionId);
    this.#people.set(name, guest);
    this.#changes.announce();
  }

  leave(connectionId: string): void {
    for (const [name, { connections }] of this.#people) {
      if (!connections.delete(connectionId)) continue;
      if (connections.size === 0) this.#people.delete(name);
      this.#changes.announce();
    }
  }

  /** Who is here, now and at each change. */
  people(signal: AbortSignal): AsyncIterable<Person[]> {
    return this.#changes.snapshots(() => [...this.#people.keys()].sort().map((name) => this.#person(name)), signal);
  }

  #person(name: string): Person {
    return { name, rooms: [...this.#rooms.values()].filter((room) => room.seats(name)).map(({ facts: { id } }) => id) };
  }
}
