import { type Scope, withTenant } from "#db/tenancy";
import { askLinks } from "#server/mail/link-answers";
import { linkTargets, namedLink, type LinkTarget } from "#server/mail/link-targets";
import { TemplateError } from "#server/mail/liquid";
import { takeFromLimit } from "#server/rate-limits";
import type { Problem } from "./checks.ts";
import { compileEmail, loadSource, type Source, writtenEmails, type WrittenEmail } from "./compile-email.ts";

/** `asked` links were, of which `problems` tells those that do not answer; `left` of them nobody had time for. */
export type LinkReport = { asked: number; left: number; problems: Problem[] };

/** More than any honest campaign has; the first ones are asked. */
const linksMax = 100;

type Place = { email: WrittenEmail; link: LinkTarget };

/** Asks each web address that the emails lead to, once, as it is for the example contact. @throws AppError not_found; limit */
export async function checkLinks(scope: Scope, { id }: { id: string }): Promise<LinkReport> {
  await takeFromLimit(`link-check:${scope.workspaceId}`, { times: 60, seconds: 600 });
  const source = await withTenant(scope, (tx) => loadSource(tx, id));
  const links = linksOf(source);
  const urls = [...links.keys()].slice(0, linksMax);
  const answers = await askLinks(urls);
  const problems = urls.flatMap((url, n) => {
    const answer = answers[n];
    return typeof answer === "string" ? deadLink(links.get(url) ?? [], answer) : [];
  });
  const asked = answers.filter((answer) => answer !== undefined).length;
  return { asked, left: links.size - asked, problems };
}

function deadLink(places: readonly Place[], answer: string): Problem[] {
  const [first] = places;
  if (!first) return [];
  const { email, link } = first;
  const others = new Set(places.map((place) => place.email.title)).size - 1;
  const also = others === 0 ? "" : ` and ${others === 1 ? "1 more email" : `${others} more emails`}`;
  const message = `${email.title}${also}: ${namedLink(link)} does not work. ${answer}`;
  return [{ code: "dead_link", severity: "warning", where: "steps", message, stepId: email.step.id }];
}

/** Every address with the places it stands in, in the order of the emails. */
const linksOf = (source: Source): Map<string, Place[]> =>
  Map.groupBy(
    writtenEmails(source.campaign).flatMap((email) =>
      targetsOf(source, email).map((link): Place => ({ email, link })),
    ),
    ({ link }) => link.url,
  );

/** Where an email's links lead; nowhere while it does not parse, which other checks tell of. */
function targetsOf(source: Source, { step }: WrittenEmail): LinkTarget[] {
  const { campaign, workspace, now } = source;
  const marks = { trackOpens: false, trackClicks: true, plainTextOnly: false };
  try {
    const compiled = compileEmail(campaign, { step, workspace, marks });
    return linkTargets(compiled, { html: step.emailContent ?? "", text: step.emailText ?? null }, now);
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}
