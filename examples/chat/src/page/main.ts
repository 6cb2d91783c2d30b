/** Where the page begins: a name, then the chat. */
import { ChatPage } from "./chat-page.js";
import { askName, storedName } from "./own-name.js";

const page = new ChatPage(storedName() ?? (await askName(undefined)));
await page.begin();

// Whoever closes the page has left, and is not waited for. A page that comes back from the browser's memory begins anew.
addEventListener("pagehide", () => page.client.$connection.close());
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
