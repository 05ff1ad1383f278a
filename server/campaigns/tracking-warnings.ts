import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Problem } from "./checks.ts";
import type { Campaign } from "./queries.ts";
import { isEventWait } from "./schema.ts";
import { numbered } from "./titles.ts";

type Asking = Pick<Campaign["steps"][number], "conditionRules" | "wait" | "test">;

/** Whether a step asks about this campaign's opens, or its clicks. */
function asksFor(what: "open" | "click", { conditionRules, wait, test }: Asking): boolean {
  const field = new RegExp(`"field":"(email_${what}ed|${what}_rate|${what}_count)"`);
  return (
    field.test(JSON.stringify(conditionRules))
    || (wait !== null && isEventWait(wait) && wait.event === `email_${what}ed`)
    || test?.metric === `${what}_rate`
  );
}

/** Steps that ask about what is not tracked: nobody would ever have opened, or clicked. */
export function untrackedWarnings({
  steps,
  settings: { trackOpens, trackClicks, plainTextOnly },
}: Pick<Campaign, "steps" | "settings">): Problem[] {
  const untracked = [
    { what: "open" as const, words: "opens", tracked: trackOpens && !plainTextOnly },
    { what: "click" as const, words: "clicks", tracked: trackClicks && !plainTextOnly },
  ].filter(({ tracked }) => !tracked);
  return untracked.flatMap(({ what, words }) =>
    steps.flatMap((step, index): Problem[] => {
      if (!asksFor(what, step)) return [];
      const why = plainTextOnly
        ? "its emails leave as plain text, which cannot tell"
        : "the campaign does not track them";
      return [
        {
          code: "untracked",
          severity: "warning",
          where: "steps",
          message: `${numbered(step, index)} asks about ${words}, and ${why}: it never finds any. Look at Tracking in Settings.`,
          stepId: step.id,
        },
      ];
    }),
  );
}

/** Below this share of opens, in so many campaigns running, mail is likely not to reach its readers. */
const openShareMin = 0.1;
const campaignsJudged = 3;
/** A campaign of which fewer arrived says nothing, nor does one whose readers had no day to open it. */
const deliveredMin = 100;

/** The last three campaigns of the workspace were hardly opened. */
export async function lowOpensWarnings(tx: TenantTx, { id }: Pick<Campaign, "id">): Promise<Problem[]> {
  const [row] = await tx.execute<{ campaigns: number }>(sql`
    select count(*) filter (where opened < delivered * ${openShareMin}::float8)::int as campaigns from (
      select sum(d.emails_opened) as opened, sum(d.emails_delivered) as delivered
      from campaigns k join analytics.campaign_analytics d on d.campaign_id = k.id
      where k.id <> ${id}::uuid and k.track_opens and not k.plain_text_only and k.deleted_at is null
        and k.launched_at < app_now() - interval '1 day'
      group by k.id, k.launched_at having sum(d.emails_delivered) >= ${deliveredMin}
      order by k.launched_at desc limit ${campaignsJudged}) latest`);
  if ((row?.campaigns ?? 0) < campaignsJudged) return [];
  return [
    {
      code: "low_opens",
      severity: "warning",
      where: "audience",
      message: `Each of the last ${campaignsJudged} campaigns was opened by fewer than ${100 * openShareMin} %: their mail may land in spam, or these people may not want it. Look at Settings, Domains, and at who it goes to.`,
      stepId: null,
    },
  ];
}
