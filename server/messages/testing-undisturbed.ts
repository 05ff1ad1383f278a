import { withTenant } from "#db/tenancy";
import { applyChange } from "#server/contact-edits/apply";
import { ledger, newCampaign, places, type Started } from "#server/enrollments/testing";
import { ensureTags } from "#server/tags/mutations";
import { nameUndisturbedTag } from "#server/tags/undisturbed";
import { atOnce, people } from "./testing.ts";

/** Names the tag whose bearers get no mail, or none. */
export const name = ({ scope, workspaceId }: Started, tagId: string | null) =>
  withTenant(scope, (tx) => nameUndisturbedTag(tx, { tagId, workspaceId, userId: scope.userId }));

/** A campaign whose workspace keeps mail from whoever has the tag “Quiet”. */
export async function quietCampaign(
  count = 2,
  values: Partial<Parameters<typeof newCampaign>[0]> = {},
): Promise<Started & { tagId: string }> {
  const campaign = await newCampaign({ emails: people(count), settings: atOnce, ...values });
  const { ids } = await withTenant(campaign.scope, (tx) => ensureTags(tx, ["quiet"]));
  const tagId = ids.get("quiet") ?? "";
  await name(campaign, tagId);
  return { ...campaign, tagId };
}

/** Gives the tag to some of the people, the first unless others are named, or takes it off them. */
export const change = (
  { scope, contactIds }: Started,
  action: "tag" | "untag",
  ids = contactIds.slice(0, 1),
) => withTenant(scope, (tx) => applyChange(tx, { action, tag: "quiet" }, { ids, actorId: scope.userId }));

export const reasons = async (campaign: Started) =>
  (await places(campaign)).map(({ status, wait_reason }) => wait_reason ?? status);
export const sent = async (campaign: Started) =>
  (await ledger(campaign)).map((row) => row.delivery_status).filter((status) => status === "sent").length;
