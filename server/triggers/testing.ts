import { sql } from "drizzle-orm";
import { createContacts } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { email } from "#server/campaigns/testing";
import type { Audience } from "#server/campaigns/schema";
import { places } from "#server/enrollments/testing";
import type { Trigger } from "./schema.ts";

type Options = { triggers: Trigger[]; audience?: Partial<Audience>; emails?: readonly string[] };

export type Triggered = Awaited<ReturnType<typeof triggeredCampaign>>;

/** A running triggered campaign of one email, made as a person would, and contacts it does not know yet. */
export async function triggeredCampaign({ triggers, audience, emails = [] }: Options) {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const contactIds = await withTenant(scope, (tx) =>
    createContacts(
      tx,
      emails.map((address) => ({ email: address })),
    ),
  );
  const { campaignId, version } = await triggeredDraft(tenant, { triggers, audience });
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_settings set no_limits = true where campaign_id = ${campaignId}::uuid`),
  );
  await caller.campaigns.launch({ id: campaignId, version });
  return { ...tenant, campaignId, contactIds };
}

/** The same, not launched. */
export async function triggeredDraft(
  { caller }: Awaited<ReturnType<typeof newTenant>>,
  { triggers, audience }: Omit<Options, "emails">,
) {
  const { id } = await caller.campaigns.create({ name: "Welcome", type: "triggered" });
  const draft = await caller.campaigns.byId({ id });
  const stepId = draft.steps[0]?.id ?? "";
  await caller.campaigns.saveStep({ id, version: draft.version, stepId, content: email });
  await caller.campaigns.updateTriggers({ id, version: draft.version + 1, triggers });
  const { version } = await caller.campaigns.updateAudience({
    id,
    version: draft.version + 2,
    audience: { ...audience },
  });
  return { campaignId: id, stepId, version };
}

/** As what asks about a campaign's people takes it. */
export const asStarted = (campaign: Triggered) => ({ ...campaign, stepIds: [], listId: "" });

/** Who is in it, and how they stand. */
export const standing = async (campaign: Triggered) =>
  (await places(asStarted(campaign))).map(({ email: address, status }) => [address, status]);
