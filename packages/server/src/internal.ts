/** What worlds of servers are watched with, and bugs are planted in. Not for applications: it may change in any release. */
export { ServerConnection } from "./connection.js";
export { Credentials } from "./credentials.js";
export { Detached } from "./detached.js";
export { Invalidations } from "./invalidations.js";
export { Sessions } from "./sessions.js";
export { numbering } from "./topics/messages.js";
