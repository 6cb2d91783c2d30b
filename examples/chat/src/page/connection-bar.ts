/**
 * Where the connection stands, in words, and what can be done about it. The countdown is for the eye: a screen reader
 * is told each change of state once.
 */
import type { ConnectionControl, ConnectionStatus } from "@trunkline/client";
import { statusPhrase } from "../sentence.js";
import { byId } from "./element.js";

const COUNT_EVERY_MS = 250;

/** Shows every state of the connection, for as long as the page lives. `changed` hears of each change as well. */
export function showConnection(connection: ConnectionControl, changed: (status: ConnectionStatus) => void): void {
  const bar = byId("connection", HTMLElement);
  const phrase = byId("connection-phrase", HTMLElement);
  const spoken = byId("connection-spoken", HTMLElement);
  const again = byId("reconnect", HTMLButtonElement);
  let counting: ReturnType<typeof setInterval> | undefined;

  const draw = () => {
    phrase.textContent = statusPhrase(connection.status, Date.now());
  };
  const heard = (status: ConnectionStatus) => {
    bar.dataset.state = status.state;
    again.hidden = status.state !== "waiting" && status.state !== "stopped";
    spoken.textContent = spokenPhrase(status) ?? spoken.textContent;
    clearInterval(counting);
    counting = status.state === "waiting" ? setInterval(draw, COUNT_EVERY_MS) : undefined;
    draw();
    changed(status);
  };
  again.addEventListener("click", () => {
    connection.reconnect();
    // The button goes, and the focus must not go with it.
    byId("text", HTMLElement).focus();
  });
  // The network is back, or somebody looks again: no reason to wait any longer.
  const hurry = () => {
    if (connection.status.state === "waiting" && document.visibilityState === "visible") connection.reconnect();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  connection.subscribe(heard);
  heard(connection.status);
}

/** What is said aloud; undefined for what passes by itself. */
function spokenPhrase(status: ConnectionStatus): string | undefined {
  if (status.state === "waiting") return "Disconnected. Trying again by itself.";
  if (status.state === "connecting" || status.state === "idle") return undefined;
  return statusPhrase(status, Date.now());
}
