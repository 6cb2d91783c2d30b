import { expect, it } from "vitest";
import { Random } from "../simulation/random.js";
import { Fifo } from "./fifo.js";

it("holds what an array would hold, whatever comes and goes", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new Random(seed);
    const fifo = new Fifo<number>();
    let array: number[] = [];
    for (let step = 0; step < 500; step++) {
      for (let n = random.int(6); n > 0; n--) {
        fifo.push(step);
        array.push(step);
      }
      const count = random.int(Math.min(array.length, 8) + 1);
      fifo.drop(count);
      array = array.slice(count);
      if (array.length > 0 && random.chance(0.1)) {
        const index = random.int(array.length);
        fifo.replace(index, -step);
        array[index] = -step;
      }
      if (random.chance(0.01)) expect(fifo.clear()).toEqual(array.splice(0));
      expect(Array.from({ length: fifo.length }, (_, index) => fifo.at(index))).toEqual(array);
    }
  }
});
