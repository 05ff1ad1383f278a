import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { workspaceSender } from "#server/mail/queries";
import { loadSending } from "#server/messages/limits";
import { clockText, forecast, type Forecast } from "#server/planner/forecast";
import { countAudience, type AudienceCount } from "./audience.ts";
import { launchProblems, type Problem } from "./checks.ts";
import { liquidProblem, unknownNames } from "./liquid-problem.ts";
import { getCampaign, type Campaign } from "./queries.ts";
import { numbered } from "./titles.ts";

/** What a launch would do, and what stands in its way. `firstAtText` is on the wall clock of the campaign's zone. */
export type Review = {
  problems: Problem[];
  audience: AudienceCount;
  forecast: (Forecast & { firstAtText: string; finishesAtText: string | null }) | null;
  mailbox: { email: string; status: string; sandbox: boolean } | null;
};

/** Throws `not_found`. */
export async function reviewCampaign(tx: TenantTx, id: string): Promise<Review> {
  const campaign = await getCampaign(tx, id);
  const audience = await countAudience(tx, campaign.audience);
  const mailbox = await findMailbox(tx, campaign.settings.emailAccountId);
  const { postalAddress, variables } = await workspaceSender(tx);
  const { everyone, include } = campaign.audience;
  const problems = launchProblems({
    steps: campaign.steps,
    audience: { ...audience, chosen: everyone || include.length > 0 },
    settings: campaign.settings,
    mailbox,
    postalAddress,
    liquidProblem,
  });
  return {
    problems: [...problems, ...unknownNameWarnings(campaign, variables ?? {})],
    audience,
    forecast: await forecastFirstEmail(tx, campaign, audience.count),
    mailbox,
  };
}

async function findMailbox(tx: TenantTx, id: string | null): Promise<Review["mailbox"]> {
  if (id === null) return null;
  const [row] = await tx.execute<{ email: string; status: string; sandbox: boolean }>(sql`
    select email, status, provider = 'sandbox' as sandbox from email_accounts where id = ${id}::uuid`);
  return row ?? null;
}

function unknownNameWarnings({ steps }: Campaign, variables: Readonly<Record<string, string>>): Problem[] {
  return steps.flatMap((step, index) => {
    const sources = [step.subjectLine, step.previewText, step.emailContent].filter(
      (source) => source !== null,
    );
    const hints = new Set(sources.flatMap((source) => unknownNames(source, variables)));
    return [...hints].map((hint) => ({
      code: "unknown_variable",
      severity: "warning" as const,
      where: "steps" as const,
      message: `${numbered(step, index)}: ${hint}`,
      stepId: step.id,
    }));
  });
}

/** When the first email of everybody would leave, sent from now on as the settings allow. */
async function forecastFirstEmail(
  tx: TenantTx,
  campaign: Campaign,
  count: number,
): Promise<Review["forecast"]> {
  const sending = await loadSending(tx, campaign.id);
  const found = sending && forecast(sending.rules, sending.usage, { from: sending.now, count });
  if (!found) return null;
  const zone = campaign.settings.timezone;
  return {
    ...found,
    firstAtText: clockText(zone, found.firstAt),
    finishesAtText: found.finishesAt && clockText(zone, found.finishesAt),
  };
}
