import PostalMime from "postal-mime";
import { v7 } from "uuid";
import { type Scope, withTenant } from "#db/tenancy";
import { type AskBlockLists, blockLists } from "#server/domains/block-lists";
import { mailExchangers, type TakesMail } from "#server/domains/mail-exchangers";
import { type LookUpTexts, nameService } from "#server/domains/name-service";
import { signersOf } from "#server/domains/signers";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { contentWarnings } from "#server/mail/content-warnings";
import { signMessage } from "#server/mail/dkim";
import { exampleOf } from "#server/mail/example-contact";
import { TemplateError } from "#server/mail/liquid";
import { type RenderedMessage, renderFor } from "#server/mail/render";
import { type SpamScore, spamScoreOf } from "#server/mail/spam-score";
import { takeFromLimit } from "#server/rate-limits";
import type { Problem } from "./checks.ts";
import { compileEmail, loadSource, type Source, writtenEmails, type WrittenEmail } from "./compile-email.ts";
import { foreignSenderWarnings } from "./foreign-senders.ts";
import { replyWarnings } from "./reply-warnings.ts";

/** What a spam filter makes of one email. */
export type ScoredEmail = SpamScore & { title: string; stepId: string };

/**
 * What stands against the emails in receivers' eyes; none of it keeps a campaign from its launch. `spam` is null where
 * there is no spam filter to ask; of one that does not answer, `failure` says so.
 */
export type EmailReport = {
  emails: number;
  problems: Problem[];
  spam: { scores: ScoredEmail[]; failure: string | null } | null;
};

/** Of all emails together: somebody waits before the page. */
const scoringMsMax = 45_000;

type Asked = {
  spamd?: string;
  takesMail?: TakesMail;
  lookUp?: LookUpTexts;
  askLists?: AskBlockLists;
  scoringMs?: number;
};

/** Makes every email for the example contact, and judges it. @throws AppError not_found; limit */
export async function checkEmails(
  scope: Scope,
  { id }: { id: string },
  {
    spamd = env.SPAMD_ADDRESS,
    takesMail = mailExchangers(),
    lookUp = nameService(),
    askLists = blockLists(),
    scoringMs = scoringMsMax,
  }: Asked = {},
): Promise<EmailReport> {
  await takeFromLimit(`email-check:${scope.workspaceId}`, { times: 120, seconds: 600 });
  const { source, signers } = await withTenant(scope, async (tx) => {
    const source = await loadSource(tx, id);
    const senders = writtenEmails(source.campaign).map(({ step }) => step.sender?.fromEmail ?? "");
    return { source, signers: await signersOf(tx, [source.campaign.settings.fromEmail, ...senders]) };
  });
  const made = distinct(writtenEmails(source.campaign)).map((email) => ({ email, ...make(source, email) }));
  const problems = (
    await Promise.all([
      foreignSenderWarnings(scope, source.campaign, { lookUp, askLists }),
      replyWarnings(scope, source, takesMail),
    ])
  ).flat();
  const messages: { email: WrittenEmail; message: RenderedMessage }[] = [];
  for (const { email, read, leaving, failure } of made) {
    if (failure !== null) problems.push(warning(email, { code: "unmade", message: failure }));
    if (!read || !leaving) continue;
    messages.push({ email, message: leaving });
    const mail = await PostalMime.parse(read.raw);
    const sizeBytes = Buffer.byteLength((await PostalMime.parse(leaving.raw)).html ?? "");
    const shown = { subject: read.subject, html: mail.html ?? "", text: mail.text ?? "" };
    for (const found of contentWarnings(shown, { sizeBytes, ownOrigin: env.APP_URL }))
      problems.push(warning(email, found));
  }
  const signed = await Promise.all(
    messages.map(async ({ email, message }) => {
      const signer = signers.get(message.envelope.from);
      return {
        email,
        raw: (await signMessage(message, signer instanceof Error ? null : (signer ?? null))).raw,
      };
    }),
  );
  const spam = spamd === undefined ? null : await scoreAll(signed, spamd, scoringMs);
  return {
    emails: messages.length,
    problems: [...problems, ...(spam?.scores ?? []).flatMap(spamWarnings)],
    spam,
  };
}

const warning = (
  { title, step }: WrittenEmail,
  { code, message }: { code: string; message: string },
): Problem => ({
  code,
  severity: "warning",
  where: "steps",
  message: `${title}: ${message}`,
  stepId: step.id,
});

/** Variants that differ in what a reader of the mail does not see are one. */
function distinct(emails: readonly WrittenEmail[]): WrittenEmail[] {
  const seen = new Set<string>();
  return emails.filter(({ step }) => {
    const { id, subjectLine, previewText, emailContent, emailText, sender } = step;
    const key = JSON.stringify([id, subjectLine, previewText, emailContent, emailText, sender]);
    return seen.size < seen.add(key).size;
  });
}

type Made = { read: RenderedMessage | null; leaving: RenderedMessage | null; failure: string | null };

/**
 * `read` leads straight to where its links lead, as its reader sees it; `leaving` is what leaves. Both are null of one
 * that is not finished, which other checks tell of.
 */
function make(source: Source, { step }: WrittenEmail): Made {
  const { campaign, workspace, now } = source;
  const { plainTextOnly, trackOpens, trackClicks } = campaign.settings;
  const nothing = { read: null, leaving: null, failure: null };
  if (!step.emailContent?.trim()) return nothing;
  const contact = exampleOf([step.subjectLine, step.previewText, step.emailContent, step.emailText]);
  const rendered = (marks: { trackOpens: boolean; trackClicks: boolean }) =>
    renderFor(compileEmail(campaign, { step, workspace, marks: { ...marks, plainTextOnly } }), {
      messageId: v7(),
      email: contact.email,
      contact,
      now,
    });
  try {
    return {
      read: rendered({ trackOpens: false, trackClicks: false }),
      leaving: rendered({ trackOpens, trackClicks }),
      failure: null,
    };
  } catch (error) {
    if (error instanceof TemplateError) return nothing;
    if (!(error instanceof Error)) throw error;
    const failure = `It cannot be made for ${contact.email}, an example of a contact, and so is not looked at: ${error.message}`;
    return { ...nothing, failure };
  }
}

const atOnce = 4;

/** All of them, a few at once. The first that gets no answer in time ends it: the others would get none either. */
async function scoreAll(
  messages: readonly { email: WrittenEmail; raw: Buffer }[],
  spamd: string,
  scoringMs: number,
): Promise<NonNullable<EmailReport["spam"]>> {
  const scores: ScoredEmail[] = [];
  const until = performance.now() + scoringMs;
  const late = `The spam filter took more than ${scoringMs / 1000} seconds for all ${messages.length} emails: some have no score.`;
  for (let from = 0; from < messages.length; from += atOnce) {
    const leftMs = until - performance.now();
    if (leftMs <= 0) return { scores, failure: late };
    try {
      const few = messages.slice(from, from + atOnce);
      const found = await Promise.all(few.map(({ raw }) => spamScoreOf(raw, spamd, Math.ceil(leftMs))));
      scores.push(
        ...few.flatMap(({ email: { title, step } }, n) =>
          found[n] ? [{ ...found[n], title, stepId: step.id }] : [],
        ),
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { scores, failure: performance.now() >= until ? late : error.message };
    }
  }
  return { scores, failure: null };
}

const rulesNamed = 4;

/** One that counts as spam, with the rules that weigh most. */
function spamWarnings({ title, stepId, points, threshold, rules }: ScoredEmail): Problem[] {
  if (points < threshold) return [];
  const heaviest = rules
    .filter((rule) => rule.points > 0)
    .slice(0, rulesNamed)
    .map((rule) => `${rule.description || rule.name} (${rule.points})`);
  const why = heaviest.length > 0 ? ` Mend what weighs most: ${heaviest.join("; ")}.` : "";
  const message = `${title}: Spam filters would take it for spam: it has ${points} points, and ${threshold} are enough.${why}`;
  return [{ code: "spam_score", severity: "warning", where: "steps", message, stepId }];
}
