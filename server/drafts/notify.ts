import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { listMembers } from "#server/members/queries";
import { notify } from "#server/notifications/mutations";
import { grants } from "#server/permissions";

/** While more and more of them come, reviewers are told again after so many hours. */
const quietHours = 4;

/** Tells those who may review that emails of a step wait for them. */
export async function tellReviewers(tx: TenantTx, stepId: string): Promise<void> {
  const [campaign] = await tx.execute<{ id: string; name: string; workspace: string }>(sql`
    update campaign_steps s set reviewers_told_at = app_now()
    from campaigns k
    where s.id = ${stepId}::uuid and k.id = s.campaign_id
      and (s.reviewers_told_at is null or s.reviewers_told_at <= app_now() - make_interval(hours => ${quietHours}))
    returning k.id, k.name, k.workspace_id as workspace`);
  if (!campaign) return;
  for (const person of await listMembers(tx, campaign.workspace)) {
    if (!grants(person, "campaigns:write")) continue;
    await notify(tx, {
      userId: person.userId,
      type: "drafts.waiting",
      title: `Emails of “${campaign.name}” wait for a review`,
      body: "Each of them leaves when somebody has approved it.",
      path: `/drafts?campaign=${campaign.id}`,
    });
  }
}
