import { z } from "zod";

export const Message = z.object({ id: z.bigint(), sentAt: z.date(), readBy: z.map(z.string(), z.date()) });
