/*
 * A worker that claims from a mailbox, in a process of its own:
 * node testing-process.ts <tenant> <workspace> <mailbox> <fence>
 * For each line that it reads it claims what it can get, two messages at a time, settles them as sent, and answers with
 * their ids.
 */
import { createInterface } from "node:readline";
import { withTenant } from "#db/tenancy";
import { claimMessages } from "./claim.ts";
import { settleMessages } from "./settle.ts";

const [tenantId = "", workspaceId = "", accountId = "", fence = ""] = process.argv.slice(2);
const scope = { tenantId, workspaceId };
const ask = { scope, accountId, fence: Number(fence), limit: 2, leaseSeconds: 120 };

async function claimAll(): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const { token, messages } = await withTenant(scope, (tx) => claimMessages(tx, ask));
    if (messages.length === 0) return ids;
    const results = messages.map(({ id }) => ({ id, outcome: "sent" as const }));
    await withTenant(scope, (tx) => settleMessages(tx, { scope, token, results }));
    ids.push(...messages.map(({ id }) => id));
  }
}

process.stdout.write("ready\n");
for await (const _line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await claimAll())}\n`);
process.exit(0);
