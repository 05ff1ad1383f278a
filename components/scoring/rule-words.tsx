import type { ScoreCategory, ScoredEvent, ScoreRule } from "#server/scoring/schema";

export const categoryLabels: Record<ScoreCategory, { title: string; about: string }> = {
  engagement: {
    title: "Engagement",
    about: "What they did with your mail. Counts for up to 40 points, and fades.",
  },
  fit: { title: "Fit", about: "Who they are. Counts for up to 40 points." },
  intent: { title: "Intent", about: "What they are about to do. Counts for up to 20 points." },
  penalty: { title: "Against them", about: "Taken off the rest." },
};

export const eventLabels: Record<ScoredEvent, string> = {
  opened: "Opens an email",
  clicked: "Clicks a link",
  replied: "Replies",
  soft_bounced: "Mail to them bounces for now",
  noted: "An event on their timeline",
};

/** What a rule asks about, below its name. */
export function ruleInWords(rule: ScoreRule): string {
  if (rule.kind === "match") {
    const count = rule.rules.rules.length;
    if (count === 0) return "Everybody";
    return count === 1
      ? "Contacts whom a rule fits"
      : `Contacts whom ${rule.rules.match} of ${count} rules fit`;
  }
  const what = rule.event === "noted" ? `“${rule.type ?? ""}” on their timeline` : eventLabels[rule.event];
  const where = rule.urlContains?.length ? `, to ${rule.urlContains.join(" or ")}` : "";
  const often = rule.perDayMax ? `, ${rule.perDayMax} a day at most` : "";
  const again = rule.repeat ? `, ×${rule.repeat.factor} again within ${rule.repeat.days} days` : "";
  return `${what}${where}${often}${again}`;
}

export function pointsInWords(points: ScoreRule["points"]): string {
  if (points === "zero") return "Score 0";
  return `${points > 0 ? "+" : points < 0 ? "−" : ""}${Math.abs(points)}`;
}
