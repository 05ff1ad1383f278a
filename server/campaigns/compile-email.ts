import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { asVariant, variantName } from "#server/ab-tests/variants";
import { compileMessage, type CompiledMessage } from "#server/mail/compile";
import { senderOf, workspaceSender } from "#server/mail/queries";
import { type Campaign, getCampaign } from "./queries.ts";
import type { Step } from "./steps.ts";
import { numbered } from "./titles.ts";

type Workspace = Awaited<ReturnType<typeof workspaceSender>>;
type Marks = { trackOpens: boolean; trackClicks: boolean; plainTextOnly: boolean };

/** A campaign with what its emails are made of, so that they can be made outside of the transaction. */
export type Source = { campaign: Campaign; workspace: Workspace; now: Date };

/** Throws `not_found`. */
export async function loadSource(tx: TenantTx, id: string): Promise<Source> {
  const campaign = await getCampaign(tx, id);
  return { campaign, workspace: await workspaceSender(tx), now: await appNow(tx) };
}

/** An email of a campaign, or a variant of one that is tested, under what messages call it. */
export type WrittenEmail = { step: Step; title: string };

/** Every email that somebody could get of the campaign as it is now. */
export const writtenEmails = ({ steps }: Pick<Campaign, "steps">): WrittenEmail[] =>
  steps.flatMap((step, index): WrittenEmail[] => {
    if (step.type !== "email") return [];
    const title = numbered(step, index);
    if (step.test === null) return [{ step, title }];
    return step.test.variants.map((_, place) => ({
      step: asVariant(step, step.test, place),
      title: `${title}, variant ${variantName(place)}`,
    }));
  });

/** A step, or a variant of it, as it stands now. @throws TemplateError */
export function compileEmail(
  campaign: Campaign,
  { step, workspace, marks }: { step: Step; workspace: Workspace; marks: Marks },
): CompiledMessage {
  const { settings } = campaign;
  const fromName = step.sender?.fromName || settings.fromName;
  const fromEmail = step.sender?.fromEmail || settings.fromEmail;
  const replyTo = step.sender?.replyTo || settings.replyToEmail;
  const sender = senderOf(workspace, {
    senderName: fromName,
    senderEmail: fromEmail,
    campaignName: campaign.name,
    campaignId: campaign.id,
  });
  const content = {
    subject: subjectOf(campaign, step),
    previewText: step.previewText ?? "",
    html: step.emailContent ?? "",
    text: step.emailText ?? null,
  };
  const options = {
    ...marks,
    unsubscribe: true,
    broadcast: campaign.type === "broadcast" || campaign.type === "ab_test",
    utm: settings.utm,
  };
  const from = { name: fromName, email: fromEmail };
  const { tenantId, workspaceId } = workspace;
  return compileMessage(content, options, { tenantId, workspaceId, sender, from, replyTo });
}

/** An answer without a subject of its own bears that of the email before it. */
function subjectOf(campaign: Campaign, step: Step): string {
  const own = step.subjectLine ?? "";
  if (own.trim() !== "" || !step.replyInThread) return own;
  const before = campaign.steps.findLast((each) => each.type === "email" && each.number < step.number);
  return `Re: ${before?.subjectLine ?? ""}`;
}
