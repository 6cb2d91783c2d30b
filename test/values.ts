/** Sends values of schemas made by chance: `npm run values -- --values 100000`, from seed `--from` on. */
import { roundTrips } from "./values/round-trip.js";

function option(name: string, otherwise: number): number {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
}

const { contracts, values, converted, withBytes, damaged, refused } = roundTrips(
  option("values", 10_000),
  option("from", 1),
);
console.log(
  `contracts ${contracts} values ${values} converted ${converted} with bytes ${withBytes} ` +
    `damaged ${damaged} refused ${refused}; arrived otherwise 0`,
);
