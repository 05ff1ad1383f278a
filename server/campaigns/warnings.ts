import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { clockText, type Forecast } from "#server/planner/forecast";
import type { Problem } from "./checks.ts";
import type { Campaign } from "./queries.ts";
import { numbered } from "./titles.ts";

/** A first email that takes longer than this to reach everybody is news to whoever launches it. */
const slowDays = 14;

const problem = (
  where: Problem["where"],
  severity: Problem["severity"],
  code: string,
  message: string,
): Problem => ({ code, severity, where, message, stepId: null });

/** What stands against launching at this moment, though no part of the campaign is wrong. */
export function planProblems(
  { endsAt, startsAt, settings }: Pick<Campaign, "endsAt" | "startsAt" | "settings">,
  { now, forecast }: { now: Date; forecast: Pick<Forecast, "days" | "finishesAt"> | null },
): Problem[] {
  const zone = settings.timezone;
  const found: Problem[] = [];
  if (endsAt && endsAt.getTime() <= Math.max(now.getTime(), startsAt?.getTime() ?? 0)) {
    const message = `It would be over before it begins: it ends ${clockText(zone, endsAt)} (${zone}). Change the end date in the menu beside its name.`;
    found.push(problem("settings", "blocker", "ends_before", message));
  } else if (endsAt && forecast?.finishesAt && forecast.finishesAt > endsAt) {
    const message = `It ends ${clockText(zone, endsAt)} (${zone}), before the first email has reached everybody: who has not got it by then gets nothing. Raise the limits, or change the end date.`;
    found.push(problem("settings", "warning", "ends_early", message));
  }
  if (forecast && forecast.days > slowDays) {
    const message = `At this pace the first email alone takes ${forecast.days} days of sending: raise the limits in Settings, or choose fewer people.`;
    found.push(problem("settings", "warning", "slow", message));
  }
  return found;
}

/** Segments of the audience whose members could not be worked out: they may bring the wrong people, or nobody. */
export async function segmentProblems(
  tx: TenantTx,
  { audience }: Pick<Campaign, "audience">,
): Promise<Problem[]> {
  const ids = [...audience.include, ...audience.exclude];
  if (ids.length === 0) return [];
  const rows = await tx.execute<{ name: string; problem: string }>(sql`
    select name, problem from segments where id = any(${sql.param(ids)}::uuid[]) and problem is not null order by name`);
  return rows.map(({ name, problem: why }) =>
    problem(
      "audience",
      "warning",
      "segment_problem",
      `The segment “${name}” could not be worked out. ${why}`,
    ),
  );
}

/** Links that lead nowhere: written and never filled in. */
export function emptyLinkWarnings({ steps }: Pick<Campaign, "steps">): Problem[] {
  return steps.flatMap((step, index): Problem[] => {
    const links = step.emailContent?.match(/<a\b[^>]*\bhref\s*=\s*(""|''|"#"|'#')/gi)?.length ?? 0;
    if (links === 0) return [];
    const which = links === 1 ? "a link" : `${links} links`;
    const message = `${numbered(step, index)} has ${which} that lead${links === 1 ? "s" : ""} nowhere: fill in where to.`;
    return [{ code: "empty_link", severity: "warning", where: "steps", message, stepId: step.id }];
  });
}
