import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

const Task = z.object({ id: z.int(), title: z.string(), due: z.date().optional() });
export type Task = z.infer<typeof Task>;

export const tasks = defineContract({
  list: query({ output: z.array(Task) }),
  add: mutation({
    input: Task.omit({ id: true }),
    output: Task,
    errors: { TOO_MANY: z.object({ most: z.int() }) },
  }),
  changes: subscription({ event: Task }),
});
