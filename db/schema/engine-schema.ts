import { pgSchema } from "drizzle-orm/pg-core";

/** The tier of the embedded Inngest server. Its role sees this schema and no other. */
export const queue = pgSchema("queue");
