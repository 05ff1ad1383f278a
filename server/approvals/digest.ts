import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Campaign } from "#server/campaigns/queries";

/** What an approval is given for: what is sent, to whom, by whom and how. */
type Content = Pick<Campaign, "type" | "audience" | "settings" | "triggers" | "goals" | "steps">;

/**
 * A digest (SHA-256, hex) of everything in a campaign that an approver has looked at, the rules of the segments it goes
 * to among it. Names, counts, members of lists and the time of the launch are no part of it.
 */
export async function contentDigest(
  tx: TenantTx,
  { type, audience, settings, triggers, goals, steps }: Content,
): Promise<string> {
  const segments = await tx.execute<{ id: string; rules: unknown }>(sql`
    select id, rules from segments
    where id = any(${sql.param([...audience.include, ...audience.exclude])}::uuid[]) and segment_type = 'dynamic'
    order by id`);
  const content = {
    type,
    audience,
    segments: [...segments],
    settings,
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

/** JSON in which the order of properties does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
