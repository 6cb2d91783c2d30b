import { implement, RpcError } from "@trunkline/server";
import { theatre } from "./contract.js";

interface House {
  readonly open: boolean;
  readonly left: number;
  book(name: string, seats: number): Promise<string>;
}

export const openOffice = (house: House) =>
  implement(theatre).router({
    reserve: async ({ input, errors }) => {
      if (!house.open) throw errors.CLOSED();
      if (input.seats > house.left) throw errors.SOLD_OUT({ left: house.left });
      if (input.name === "Hades") throw new RpcError("PERMISSION_DENIED", { message: "not in this house" });
      return { id: await house.book(input.name, input.seats) }; // what this throws, no caller is told
    },
  });
