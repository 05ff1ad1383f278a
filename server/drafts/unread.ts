import { sql } from "drizzle-orm";
import { type Scope, withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { takeBackDrafts } from "./take-back.ts";

/** So many drafts are taken back in one transaction. */
const batch = 500;

/**
 * Takes back what was approved to leave unread and has not left, in all workspaces of an organization that allows it no
 * more: somebody looks at each. Done twice, the second time does nothing.
 */
export async function takeBackUnread({ tenantId }: Scope, userId: string): Promise<void> {
  const approved = sql`status in ('approved', 'scheduled') and approved_by is null and author = 'ai'`;
  const workspaces = await withTenant({ tenantId, workspaceId: "*", userId }, (tx) =>
    tx.execute<{ id: string }>(sql`select distinct workspace_id as id from email_drafts where ${approved}`),
  );
  for (const { id: workspaceId } of workspaces) {
    const scope = { tenantId, workspaceId, userId };
    let after: string | undefined = "00000000-0000-0000-0000-000000000000";
    while (after !== undefined) {
      const from: string = after;
      const { last } = await commitThenSend(scope, async (tx) => {
        const rows = await tx.execute<{ id: string; version: number }>(sql`
          select id, version from email_drafts where ${approved} and id > ${from}::uuid order by id limit ${batch}`);
        const { events } = await takeBackDrafts(tx, { scope, choices: [...rows], userId });
        return { events, last: rows.at(-1)?.id };
      });
      after = last;
    }
  }
}
