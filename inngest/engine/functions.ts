import type { Sql } from "./database.ts";
import { matches } from "./cel.ts";
import type { FunctionConfig, InngestEvent } from "./protocol.ts";

export type RegisteredFunction = {
  id: string;
  queueName: string;
  priority: number;
  maxAttempts: number;
  config: FunctionConfig;
};

/** Every function that can be started. Read in each transaction: a few rows, and never out of date. */
export function loadFunctions(sql: Sql): Promise<RegisteredFunction[]> {
  return sql<RegisteredFunction>`
    select id, queue_name as "queueName", priority, max_attempts as "maxAttempts", config
    from queue.functions where removed_at is null`;
}

export async function findFunction(sql: Sql, id: string): Promise<RegisteredFunction | undefined> {
  return (await loadFunctions(sql)).find((fn) => fn.id === id);
}

/** Whether an event starts a function, by one of its triggers. `shop/*` takes every name below it. */
export function isTriggeredBy({ config }: RegisteredFunction, event: InngestEvent): boolean {
  return config.triggers.some(
    (trigger) =>
      "event" in trigger && nameMatches(trigger.event, event.name) && matches(trigger.expression, { event }),
  );
}

function nameMatches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
