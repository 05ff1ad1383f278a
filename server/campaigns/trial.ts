import PostalMime from "postal-mime";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { appNow } from "#db/clock";
import { withTenant, type Scope, type TenantTx } from "#db/tenancy";
import { asVariant } from "#server/ab-tests/variants";
import { signerOf } from "#server/domains/signers";
import { AppError } from "#server/errors";
import type { CompiledMessage } from "#server/mail/compile";
import { signMessage } from "#server/mail/dkim";
import { TemplateError } from "#server/mail/liquid";
import { workspaceSender } from "#server/mail/queries";
import { renderFor, type RenderedMessage } from "#server/mail/render";
import type { SeenAs } from "#server/mail/schema";
import { openTransport } from "#server/mail/smtp";
import { trialContact } from "#server/mail/trial-contact";
import { mailServerOf } from "#server/mailboxes/queries";
import { takeFromLimit } from "#server/rate-limits";
import { findEmptyMerges } from "#server/templates/empty-merges";
import { listPreviewContacts as searchPreviewContacts } from "#server/templates/queries";
import type { EmptyMergeReport } from "#server/templates/schema";
import { tailOf } from "./attachments.ts";
import { audiencePredicate, doorOf } from "./audience.ts";
import { compileEmail } from "./compile-email.ts";
import { getCampaign, type Campaign } from "./queries.ts";
import type { TestSendInput } from "./schema.ts";

/**
 * A message as it would leave, taken apart again. `warnings` are sentences, one for each empty field; `hints` are too, on
 * JSON that names what is no field.
 */
export type Preview = {
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  warnings: string[];
  hints: string[];
};

type Trial = Partial<SeenAs> & { id: string; stepId: string; variant?: number };

/** Throws `not_found` for a foreign step or contact, `invalid` with the place for a template that does not parse. */
export async function previewStep(tx: TenantTx, trial: Trial): Promise<Preview> {
  const { message, to, hints } = await renderTrial(tx, trial, { test: false });
  const parsed = await PostalMime.parse(message.raw);
  return {
    from: parsed.from ? `${parsed.from.name} <${parsed.from.address}>` : "",
    to,
    subject: message.subject,
    html: parsed.html ?? "",
    text: parsed.text ?? "",
    warnings: message.emptyFields.map((path) => `${path} is empty.`),
    hints,
  };
}

/** Renders a step for one contact, without tracking: nobody's click on a trial may count. */
export async function renderTrial(
  tx: TenantTx,
  {
    id,
    stepId,
    contactId = null,
    json = null,
    variant = 0,
    to,
    tail = null,
  }: Trial & { to?: string; tail?: Buffer | null },
  { test }: { test: boolean },
): Promise<{ message: RenderedMessage; campaign: Campaign; to: string; hints: string[] }> {
  const campaign = await getCampaign(tx, id);
  const { contact, hints } = await trialContact(tx, { contactId, json });
  const compiled = { ...(await compileTrial(tx, campaign, { stepId, variant })), tail };
  const now = await appNow(tx);
  const recipient = { messageId: v7(), email: to ?? contact.email, contact, now, test };
  try {
    return { message: renderFor(compiled, recipient), campaign, to: recipient.email, hints };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new AppError(
      "invalid",
      `The email cannot be made for ${contact.email}: ${error.message}`,
      {},
      { cause: error },
    );
  }
}

async function compileTrial(
  tx: TenantTx,
  campaign: Campaign,
  { stepId, variant }: { stepId: string; variant: number },
): Promise<CompiledMessage> {
  const found = campaign.steps.find((each) => each.id === stepId && each.type === "email");
  const step = found && asVariant(found, found.test, variant);
  if (!step) throw new AppError("not_found", "There is no such email step in this campaign.");
  const workspace = await workspaceSender(tx);
  const marks = { trackOpens: false, trackClicks: false, plainTextOnly: campaign.settings.plainTextOnly };
  try {
    return compileEmail(campaign, { step, workspace, marks });
  } catch (error) {
    if (error instanceof TemplateError) throw new AppError("invalid", error.message, {}, { cause: error });
    throw error;
  }
}

/**
 * Sends a step to one address at once, marked [Test]; nothing is counted, and no limit of the campaign applies.
 * Throws `invalid` when the campaign has no mailbox or the server refuses, `limit` after 30 an hour, `unavailable` when
 * the server cannot be reached.
 */
export async function sendTest(
  scope: Scope & { userId?: string },
  { to, ...trial }: TestSendInput,
): Promise<{ to: string }> {
  await takeFromLimit(`test-send:${scope.userId ?? scope.workspaceId}`, { times: 30, seconds: 60 * 60 });
  const files = await withTenant(scope, async (tx) => {
    const { steps } = await getCampaign(tx, trial.id);
    return steps.find((step) => step.id === trial.stepId)?.attachments ?? [];
  });
  const tail = await tailOf(scope, files);
  const { message, server, signer } = await withTenant(scope, async (tx) => {
    const { message, campaign } = await renderTrial(tx, { ...trial, to, tail }, { test: true });
    const { emailAccountId } = campaign.settings;
    if (emailAccountId === null)
      throw new AppError("invalid", "This campaign has no mailbox yet: choose one in Settings.");
    const signer = await signerOf(tx, message.envelope.from);
    return { message, server: await mailServerOf(tx, emailAccountId), signer };
  });
  const transport = openTransport(server, 1);
  try {
    const [result] = await transport.send([await signMessage(message, signer)]);
    if (result?.outcome === "sent") return { to };
    const said = result?.text ?? "the mail server gave no answer";
    const code = result?.outcome === "failed" ? "invalid" : "unavailable";
    throw new AppError(code, `The test was not sent: ${said}`);
  } finally {
    transport.close();
  }
}

export type PreviewContact = { id: string; email: string; name: string | null };

/**
 * The first 25 of the audience, or those of all contacts whom the words `q` find, for choosing whom to preview as; of
 * all contacts while the audience is empty.
 */
export async function listPreviewContacts(
  tx: TenantTx,
  { id, q }: { id: string; q?: string },
): Promise<PreviewContact[]> {
  const { audience } = await getCampaign(tx, id);
  if (q) return searchPreviewContacts(tx, q);
  const chosen = audience.everyone || audience.include.length > 0;
  const predicate = await audiencePredicate(tx, chosen ? audience : { ...audience, everyone: true });
  const rows = await tx.execute<PreviewContact>(sql`
    select c.id, c.email, nullif(concat_ws(' ', c.first_name, c.last_name), '') as name
    from contacts c where ${predicate} order by c.id limit 25`);
  return [...rows];
}

/** What of a step would be empty for whom of the audience. @throws AppError not_found; invalid when it does not parse */
export async function stepEmptyMerges(
  tx: TenantTx,
  { id, stepId, variant = 0 }: Omit<Trial, keyof SeenAs>,
): Promise<EmptyMergeReport> {
  const campaign = await getCampaign(tx, id);
  // Says what is wrong with the step, if anything is.
  await compileTrial(tx, campaign, { stepId, variant });
  const found = campaign.steps.find((each) => each.id === stepId);
  const step = found && asVariant(found, found.test, variant);
  const parts = [step?.subjectLine, step?.previewText, step?.emailContent, step?.emailText];
  const texts = parts.map((text) => text ?? "");
  const audience = campaign.type === "triggered" ? doorOf(campaign.audience) : campaign.audience;
  return findEmptyMerges(tx, { texts, who: await audiencePredicate(tx, audience) });
}
