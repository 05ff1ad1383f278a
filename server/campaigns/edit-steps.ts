import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import { getCampaign, type Campaign } from "./queries.ts";
import { keepBefore, keepVersion, loadHistory } from "./versions.ts";
import type { Restored } from "./undo.ts";

type Editing = { edit: { id: string; version: number }; userId: string };
type Done = { events: DriverEvent[] } | Restored;

/**
 * Does one edit of a campaign's steps and answers with the campaign as it is then, so that the page never guesses. Of a
 * draft, the steps before and after it are kept, which is what undo goes by.
 */
export async function editSteps(
  tx: TenantTx,
  { edit, userId }: Editing,
  work: (tx: TenantTx) => Promise<Done>,
): Promise<{ events: DriverEvent[]; campaign: Campaign }> {
  await keepBefore(tx, edit, userId);
  const done = await work(tx);
  const events = "events" in done ? done.events : [];
  const campaign = await getCampaign(tx, edit.id);
  if (campaign.status !== "draft") return { events, campaign };
  await keepVersion(tx, { campaign, userId, ...("events" in done ? {} : { by: done }) });
  return { events, campaign: { ...campaign, history: await loadHistory(tx, edit.id) } };
}
