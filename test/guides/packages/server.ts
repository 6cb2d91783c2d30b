import { createTopic, implement, serve } from "@trunkline/server";
import { type Task, tasks } from "./contract.js";

const all: Task[] = [];
const changes = createTopic(tasks.changes);

const router = implement(tasks).router({
  list: () => all,
  add: async ({ input, errors }) => {
    if (all.length === 100) throw errors.TOO_MANY({ most: 100 });
    const task = { ...input, id: all.length + 1 };
    all.push(task);
    await changes.publish(task);
    return task;
  },
  changes: ({ lastEventId }) => changes.subscribe({ after: lastEventId }),
});

export const open = (port = 3000) => serve(router, { port, drainOn: ["SIGTERM"] });
