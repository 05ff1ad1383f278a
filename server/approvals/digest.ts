import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Campaign } from "#server/campaigns/queries";

/** What an approval is given for: what is sent, to whom, from which addresses and how. */
type Content = Pick<Campaign, "type" | "audience" | "settings" | "triggers" | "goals" | "steps">;

/**
 * A digest (SHA-256, hex) of everything in a campaign that an approver has looked at, among it the rules of the segments
 * that decide who gets what, the mailboxes of its pool, and what the workspace's variables say in its emails. Names, counts, members of lists and the time of the launch
 * are no part of it.
 */
export async function contentDigest(
  tx: TenantTx,
  { type, audience, settings, triggers, goals, steps }: Content,
): Promise<string> {
  const content = {
    type,
    audience,
    segments: await segmentsNamedIn(tx, { audience, triggers, goals, steps }),
    settings,
    pool: await poolSenders(tx, settings.rotationPoolId),
    variables: await variablesNamedIn(tx, steps),
    triggers: triggers.map(({ id: _, subject: __, ...trigger }) => trigger),
    goals: goals.map(({ id: _, subject: __, target: ___, ...goal }) => goal),
    steps: steps.map(
      ({
        number: _number,
        title: _title,
        headline: _headline,
        detail: _detail,
        branches: _branches,
        templateVersion: _templateVersion,
        branchNames: _names,
        listName: _list,
        campaign: _campaign,
        customField: _field,
        members: _members,
        scoring: _scoring,
        ...step
      }) => step,
    ),
  };
  return createHash("sha256").update(canonical(content)).digest("hex");
}

const uuidPattern = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** The rules of the segments that a campaign names, and of those that these name in turn. */
async function segmentsNamedIn(
  tx: TenantTx,
  named: Pick<Content, "audience" | "triggers" | "goals" | "steps">,
): Promise<{ id: string; rules: unknown }[]> {
  const ids = JSON.stringify(named).match(new RegExp(uuidPattern, "gi")) ?? [];
  return [
    ...(await tx.execute<{ id: string; rules: unknown }>(sql`
      with recursive meant as (
        select id, rules from segments where id = any(${sql.param([...new Set(ids)])}::uuid[]) and segment_type = 'dynamic'
        union
        select s.id, s.rules
        from meant m cross join lateral regexp_matches(m.rules::text, ${uuidPattern}, 'gi') found (ids)
          join segments s on s.id = (found.ids)[1]::uuid and s.segment_type = 'dynamic'
      )
      select id, rules from meant order by id`)),
  ];
}

/** What the workspace's variables say where the steps name them. Of none undefined. */
async function variablesNamedIn(
  tx: TenantTx,
  steps: Content["steps"],
): Promise<{ key: string; value: string }[] | undefined> {
  const rows = await tx.execute<{ key: string; value: string }>(sql`
    select key, coalesce(default_value, '') as value from template_variables
    where position(key in ${JSON.stringify(steps)}) > 0 order by key`);
  return rows.length > 0 ? [...rows] : undefined;
}

/** Everybody in a pool is written to under the address of one of its mailboxes. Of no pool undefined. */
async function poolSenders(
  tx: TenantTx,
  poolId: string | null,
): Promise<{ id: string; email: string }[] | undefined> {
  if (poolId === null) return undefined;
  return [
    ...(await tx.execute<{ id: string; email: string }>(sql`
      select a.id, a.email from pool_members m join email_accounts a on a.id = m.email_account_id
      where m.pool_id = ${poolId}::uuid order by a.id`)),
  ];
}

/** JSON in which the order of properties does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
