import { sql } from "drizzle-orm";
import { suppressions } from "#db/schema/suppressions";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { complaints, exitSuppressed, final, readKey, type RejectedAddress } from "./mutations.ts";
import { type FileRow, readOwnFile } from "./own-file.ts";
import type { SuppressionFileInput } from "./schema.ts";

type Row = { email: string; scope: "workspace" | "tenant"; reason: string; source: string };
type Asked = SuppressionFileInput & { mayCloseOrganization: boolean };
/** `narrowed` were closed for an organization, and are for this workspace only. */
type Restored = { added: number; already: number; narrowed: number; rejected: RejectedAddress[] };

/**
 * Closes the addresses and domains of a list that was downloaded, each with the reason, scope and source it had, so that
 * none is easier to lift than it was. One that is here already stays, or becomes as hard to lift as the file says.
 */
export async function restoreSuppressions(tx: TenantTx, userId: string, asked: Asked): Promise<Restored> {
  const { rows: found, unreadable } = readOwnFile(asked.file);
  const rejected: RejectedAddress[] = [...unreadable];
  const rows = new Map<string, Row>();
  let narrowed = 0;
  for (const each of found) {
    const read = readKey(each.email);
    if ("problem" in read || each.scope === "category") {
      rejected.push({ email: each.email, problem: "problem" in read ? read.problem : oneCategory });
      continue;
    }
    const row = rowOf(each, read.normalized, asked);
    if (each.scope === "organization" && row.scope === "workspace") narrowed++;
    const key = `${row.scope} ${row.email}`;
    const earlier = rows.get(key);
    if (!earlier || !isFinal(earlier)) rows.set(key, row);
  }
  const sorted = [...rows.values()].sort((a, b) => (a.email < b.email ? -1 : 1));
  await exitSuppressed(
    tx,
    sorted.map(({ email }) => email),
  );
  const { added, hardened } = await write(tx, sorted, userId);
  if (added + hardened > 0) {
    await recordAct(tx, {
      actorId: userId,
      action: "suppressions.added",
      resourceType: "suppression",
      after: { count: added, hardened, from: "a downloaded list" },
    });
  }
  return { added, already: sorted.length - added, narrowed, rejected };
}

const oneCategory =
  "This address is closed for one category of mail only, which the file does not name. Choose it there again.";

function rowOf({ scope, reason, source }: FileRow, email: string, asked: Asked): Row {
  const wide = scope === "organization" || (scope === "" && asked.scope === "tenant");
  const why = (reason || asked.reason).slice(0, 200);
  const how = /^[a-z][a-z0-9_]{0,40}$/.test(source) ? source : "file";
  return {
    email,
    scope: wide && asked.mayCloseOrganization ? "tenant" : "workspace",
    reason: why,
    // For an organization a complaint is final whoever noted it: it stays so where it is closed for a workspace.
    source: how === "manual" && complaints.includes(why) ? "file" : how,
  };
}

const isFinal = ({ reason, source }: Row) => final.includes(reason) && source !== "manual";

async function write(
  tx: TenantTx,
  rows: readonly Row[],
  userId: string,
): Promise<{ added: number; hardened: number }> {
  const finals = sql`any(${sql.param([...final])}::text[])`;
  const written = await tx.execute<{ added: boolean }>(sql`
    insert into ${suppressions} (email_normalized, scope, workspace_id, reason, source, added_by)
    select r.email, r.scope, case when r.scope = 'workspace' then current_setting('app.current_workspace_id')::uuid end,
      r.reason, r.source, ${userId}::uuid
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(email text, scope text, reason text, source text)
    order by r.email, r.scope
    on conflict on constraint suppressions_address_unique do update
      set reason = excluded.reason, source = excluded.source, expires_at = null, updated_at = app_now()
      where excluded.reason = ${finals} and excluded.source <> 'manual'
        and not (suppressions.reason = ${finals} and suppressions.source <> 'manual')
    returning (xmax = 0) as added`);
  const added = written.filter((row) => row.added).length;
  return { added, hardened: written.length - added };
}
