import PostalMime from "postal-mime";
import { desc, inArray } from "drizzle-orm";
import { v7 } from "uuid";
import type { z } from "zod";
import { appNow } from "#db/clock";
import { emailAccounts } from "#db/schema/email-accounts";
import { withTenant, type Scope, type TenantTx } from "#db/tenancy";
import { signerOf } from "#server/domains/signers";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { audiencePredicate } from "#server/campaigns/audience";
import { compileMessage, type CompiledMessage } from "#server/mail/compile";
import { contentWarnings } from "#server/mail/content-warnings";
import { signMessage } from "#server/mail/dkim";
import { textOf, toDocument } from "#server/mail/html-document";
import { checkTemplate, TemplateError, unknownVariables } from "#server/mail/liquid";
import type { MergeContact } from "#server/mail/merge-fields";
import { senderOf, workspaceSender } from "#server/mail/queries";
import { type RenderedMessage, renderFor } from "#server/mail/render";
import { openTransport } from "#server/mail/smtp";
import { trialContact } from "#server/mail/trial-contact";
import { mailServerOf } from "#server/mailboxes/queries";
import { takeFromLimit } from "#server/rate-limits";
import { findEmptyMerges } from "./empty-merges.ts";
import { problemsIn } from "./queries.ts";
import type {
  emptyMergesInput,
  EmptyMergeReport,
  TemplatePreviewInput,
  TemplateProblems,
  TemplateTestInput,
} from "./schema.ts";

/** A message as it would leave, or the mistakes that keep it from leaving. `hints` are sentences. */
export type TemplatePreview =
  | { problems: TemplateProblems; message: null; hints: string[] }
  | { problems: null; message: { subject: string; html: string; text: string; to: string }; hints: string[] };

export async function previewTemplate(tx: TenantTx, input: TemplatePreviewInput): Promise<TemplatePreview> {
  const problems = problemsIn(input);
  if (Object.keys(problems).length > 0) return { problems, message: null, hints: [] };
  const trial = await compileTrial(tx, input);
  const { contact, variables } = trial;
  const rendered = renderTrial(trial, true);
  const parsed = await PostalMime.parse(rendered.raw);
  const subject = rendered.subject.replace(/^\[Test\] /, "");
  const shown = { subject, html: parsed.html ?? "", text: parsed.text ?? "" };
  const unknown = unknownVariables(
    [input.subject, input.previewText, input.html, input.text ?? ""].join("\n"),
    variables,
  );
  return {
    problems: null,
    message: {
      ...shown,
      to: contact.email,
    },
    hints: [
      ...trial.hints,
      ...unknown,
      ...rendered.emptyFields
        .filter((path) => !unknown.some((hint) => hint.includes(path)))
        .map((path) => `${path} is empty.`),
      // Nobody needs to be told that a new one is empty.
      ...(input.html.trim() === "" ? [] : contentWarnings(shown, { ownOrigin: env.APP_URL })).map(
        (warning) => warning.message,
      ),
    ],
  };
}

/** The mail of a trial for its contact. @throws AppError invalid when it cannot be made for them */
export const renderTrial = ({ compiled, contact, now }: Trial, test: boolean): RenderedMessage =>
  rendering(contact.email, () =>
    renderFor(compiled, { messageId: v7(), email: contact.email, contact, now, test }),
  );

/** The text part as it is made from the HTML, still a template. @throws AppError invalid when the HTML does not parse */
export function derivedText(html: string): { text: string } {
  if (checkTemplate(html).length > 0)
    throw new AppError("invalid", "The HTML has a mistake. Mend it, and its text can be shown.");
  return { text: textOf(toDocument(html)) };
}

/** @throws AppError invalid when a part does not parse */
export async function templateEmptyMerges(
  tx: TenantTx,
  { audience, ...content }: z.infer<typeof emptyMergesInput>,
): Promise<EmptyMergeReport> {
  const texts = [content.subject, content.previewText, content.html, content.text ?? ""];
  if (Object.keys(problemsIn(content)).length > 0)
    throw new AppError("invalid", "The template has a mistake, named beside it. Mend it, and check again.");
  return findEmptyMerges(tx, { texts, who: await audiencePredicate(tx, audience) });
}

/**
 * Sends what is in the editor to a few addresses, marked [Test], from the workspace's default mailbox. Kept nowhere and
 * counted nowhere. Opens its own transaction, since it waits for a mail server afterwards.
 * @throws AppError invalid; unavailable with the server's words for the addresses that failed
 */
export async function sendTemplateTest(
  scope: Scope,
  { to, ...input }: TemplateTestInput,
): Promise<{ sent: string[] }> {
  await takeFromLimit(`test-send:${scope.userId ?? scope.workspaceId}`, { times: 30, seconds: 60 * 60 });
  const { compiled, contact, server, signer, now } = await withTenant(scope, async (tx) => {
    const trial = await compileTrial(tx, input);
    const signer = await signerOf(tx, trial.compiled.from.email);
    return { ...trial, signer, server: await mailServerOf(tx, trial.mailboxId) };
  });
  const messages = to.map((email) =>
    rendering(email, () => renderFor(compiled, { messageId: v7(), email, contact, now, test: true })),
  );
  const transport = openTransport(server, 1);
  const results = await transport.send(
    await Promise.all(messages.map((message) => signMessage(message, signer))),
  );
  transport.close();
  const failed = results.flatMap(({ outcome, text }, at) =>
    outcome === "sent" ? [] : [`${to[at]} (${text ?? outcome})`],
  );
  if (failed.length > 0) throw new AppError("unavailable", `The test did not reach ${failed.join(", ")}.`);
  return { sent: to };
}

function rendering<T>(email: string, render: () => T): T {
  try {
    return render();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new AppError("invalid", `The mail cannot be made for ${email}: ${cause.message}`, {}, { cause });
  }
}

type Trial = {
  compiled: CompiledMessage;
  contact: MergeContact;
  /** What is odd about how this contact is described, in sentences. */
  hints: string[];
  mailboxId: string;
  now: Date;
  variables: Readonly<Record<string, string>>;
};

/** @throws AppError invalid; not_found */
export async function compileTrial(
  tx: TenantTx,
  input: TemplatePreviewInput,
  { trackClicks = false }: { trackClicks?: boolean } = {},
): Promise<Trial> {
  const [mailbox] = await tx
    .select({ id: emailAccounts.id, email: emailAccounts.email, name: emailAccounts.displayName })
    .from(emailAccounts)
    .where(inArray(emailAccounts.status, ["active", "paused"]))
    .orderBy(desc(emailAccounts.isDefault), emailAccounts.id)
    .limit(1);
  if (!mailbox)
    throw new AppError("invalid", "This workspace has no mailbox to send from. Add one in the settings.");
  const { contact, hints } = await trialContact(tx, input);
  const workspace = await workspaceSender(tx);
  const { tenantId, workspaceId } = workspace;
  const senderName = mailbox.name ?? workspace.workspaceName;
  const sender = senderOf(workspace, {
    senderName,
    senderEmail: mailbox.email,
    campaignName: "Test",
    campaignId: "test",
  });
  const { subject, previewText, html, text } = input;
  const options = {
    trackOpens: false,
    trackClicks,
    unsubscribe: true,
    plainTextOnly: false,
    broadcast: false,
    utm: {},
  };
  const from = { name: senderName, email: mailbox.email };
  try {
    const origin = { tenantId, workspaceId, sender, from, replyTo: null };
    const compiled = compileMessage({ subject, previewText, html, text }, options, origin);
    return {
      compiled,
      contact,
      hints,
      mailboxId: mailbox.id,
      variables: sender.variables,
      now: await appNow(tx),
    };
  } catch (error) {
    if (error instanceof TemplateError) throw new AppError("invalid", error.message, {}, { cause: error });
    throw error;
  }
}
