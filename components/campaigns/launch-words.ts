import { durationWords } from "#components/ab-tests/test-words";
import type { TestDimension } from "#server/ab-tests/schema";
import type { Review } from "./launch-review.tsx";
import type { Campaign } from "./use-campaign-edits.tsx";

type Planned = Pick<NonNullable<Review["forecast"]>, "atOnce" | "firstAtText" | "test">;
type Email = Pick<Campaign["steps"][number], "type" | "review">;
type Tested = { type: Email["type"]; test: { dimension: TestDimension } | null };

/** Drafts that a provider writes, and that leave as it does. */
const leavesUnreviewed = ({ unreviewed, instructions }: NonNullable<Email["review"]>): boolean =>
  unreviewed && instructions !== "";

/** What keeps a first email until somebody has done something; null when nothing does. */
export function awaitedDrafts(steps: readonly Email[]): string | null {
  const review = steps.find(({ type }) => type === "email")?.review;
  if (!review) return null;
  return leavesUnreviewed(review)
    ? "when its drafts are written or approved"
    : "when its drafts are approved";
}

/** How the times of emails that are reviewed are meant; null where none is. */
export function reviewedWords(steps: readonly Email[]): string | null {
  const reviews = steps.flatMap(({ type, review }) => (type === "email" && review ? [review] : []));
  if (reviews.length === 0) return null;
  const written = reviews.some(leavesUnreviewed) ? "written or " : "";
  return `Emails that are reviewed leave when they are ${written}approved: their times are the earliest there can be.`;
}

/** `Right away`, `Mon 23 Mar, 09:00`, `When its drafts are approved, Mon 23 Mar, 09:00 at the earliest`. */
export function firstAtWords({ atOnce, firstAtText }: Planned, drafts: string | null): string {
  if (drafts === null) return atOnce ? "Right away" : firstAtText;
  const when = `${drafts.charAt(0).toUpperCase()}${drafts.slice(1)}`;
  return atOnce ? when : `${when}, ${firstAtText} at the earliest`;
}

/** Who has to wait until a first email that is tested has a winner; null when nobody does. `goesOn`: others come later. */
export function testWords({ test }: Pick<Planned, "test">, goesOn: boolean): string | null {
  if (!test || (test.others === 0 && !goesOn)) return null;
  const sample = goesOn
    ? "The first people to come get it from then on"
    : `${test.sample.toLocaleString("en")} ${test.sample === 1 ? "person gets" : "people get"} it from then on, as the sample of its test`;
  return `${sample}; the others when a winner is found, ${durationWords(test.durationMinutes)} after the sample’s last email at the earliest.`;
}

/** Why the times of some people are those of others like them; null when they are their own. */
export function exampleWords(
  { steps, goesOn }: { steps: readonly Tested[]; goesOn: boolean },
  test: Planned["test"],
): string | null {
  const [first, ...later] = steps.filter(({ type }) => type === "email");
  if (!test)
    return later.some((step) => step.test)
      ? "Later emails that are tested are listed as if they were not: most people get those when their winner is found."
      : null;
  const variants = first?.test;
  if (goesOn)
    return "The first people to come are the sample of the test, and who that is nobody knows yet: these times are examples.";
  if (test.others > 0)
    return "Who is in the sample of the test, and who waits for the winner, is drawn when the campaign runs: these times are examples.";
  return variants?.dimension === "send_time"
    ? "Who gets which variant is drawn when the campaign runs: these times are examples."
    : null;
}

/** Whether the end that is forecast can only be later: people have to approve, or a winner has to be found. */
export const isEarliest = ({ test }: Pick<Planned, "test">, drafts: string | null): boolean =>
  drafts !== null || (test !== null && test.others > 0);

/** What a dialog says of a campaign that begins with an email. */
export function firstEmailSentence(
  forecast: Planned,
  { drafts, goesOn, zone }: { drafts: string | null; goesOn: boolean; zone: string },
): string {
  const at = `${forecast.firstAtText} (${zone})`;
  const when =
    drafts === null
      ? forecast.atOnce
        ? "right away"
        : at
      : `${drafts}${forecast.atOnce ? "" : `, ${at} at the earliest`}`;
  const waits = testWords(forecast, goesOn);
  return `The first email leaves ${when}.${waits ? ` ${waits}` : ""}`;
}
