import { type Scope, withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { askLinks } from "#server/mail/link-answers";
import { linkTargets, namedLink } from "#server/mail/link-targets";
import { spamScoreOf } from "#server/mail/spam-score";
import { takeFromLimit } from "#server/rate-limits";
import { compileTrial, renderTrial } from "./trial.ts";
import type { DeliveryReport, TemplatePreviewInput } from "./schema.ts";

const linksMax = 100;

/**
 * Asks whether the links of what is in the editor answer and, where there is a spam filter, what it makes of the mail. Opens
 * its own transaction, since it waits for others afterwards. @throws AppError invalid; limit
 */
export async function checkDelivery(
  scope: Scope,
  input: TemplatePreviewInput,
  spamd: string | undefined = env.SPAMD_ADDRESS,
): Promise<DeliveryReport> {
  await takeFromLimit(`link-check:${scope.workspaceId}`, { times: 60, seconds: 600 });
  const trial = await withTenant(scope, (tx) => compileTrial(tx, input, { trackClicks: true }));
  const targets = new Map(linkTargets(trial.compiled, input, trial.now).map((link) => [link.url, link]));
  const links = [...targets.values()].slice(0, linksMax);
  const [answers, spam] = await Promise.all([
    askLinks(links.map(({ url }) => url)),
    spamd === undefined ? null : scoreOf(renderTrial(trial, false).raw, spamd),
  ]);
  const problems = links.flatMap((link, n) => {
    const answer = answers[n];
    if (typeof answer !== "string") return [];
    const named = namedLink(link);
    return [`${named.charAt(0).toUpperCase()}${named.slice(1)} does not work. ${answer}`];
  });
  const asked = answers.filter((answer) => answer !== undefined).length;
  return { asked, left: targets.size - asked, problems, spam };
}

async function scoreOf(message: Buffer, spamd: string): Promise<DeliveryReport["spam"]> {
  try {
    return { score: await spamScoreOf(message, spamd), failure: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { score: null, failure: error.message };
  }
}
