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

/** What has been read, by id and checksum: a configuration of the same checksum is the same. */
const read = new Map<string, RegisteredFunction>();
const readMax = 5000;

/** Every function that can be started. Asked in each transaction, so never out of date; only what is new is read. */
export async function loadFunctions(sql: Sql): Promise<RegisteredFunction[]> {
  const rows = await sql<{ id: string; name: string }>`
    select id, id || ' ' || checksum || ' ' || app_id as name from queue.functions where removed_at is null`;
  const unknown = rows.filter(({ name }) => !read.has(name));
  if (read.size + unknown.length > readMax) read.clear();
  const wanted = unknown.length > 0 ? rows.filter(({ name }) => !read.has(name)).map(({ id }) => id) : [];
  if (wanted.length > 0) {
    const found = await sql<RegisteredFunction & { name: string }>`
      select id || ' ' || checksum || ' ' || app_id as name, id, queue_name as "queueName", priority,
             max_attempts as "maxAttempts", config
      from queue.functions where id = any(${wanted}::text[])`;
    for (const { name, ...fn } of found) read.set(name, fn);
  }
  return rows.flatMap(({ name }) => read.get(name) ?? []);
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
