/** `npm run simulate:cuts`: one script, cut after every byte and at every pair of message boundaries. */
import { cutEverywhere, InvariantBroken } from "@trunkline/core/simulation";

try {
  const { framesToServer, framesToClient, byteCuts, pairCuts, plays } = cutEverywhere();
  console.log(
    `frames ${framesToServer} to the server, ${framesToClient} to the client; cuts after every byte ${byteCuts}, ` +
      `at every pair of frame boundaries ${pairCuts}, in ${plays} runs; all ended in the same application state`,
  );
} catch (error) {
  if (!(error instanceof InvariantBroken)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
