import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
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

export async function reviewCampaign(tx: TenantTx, id: string): Promise<Review> {
  return reviewOf(tx, await getCampaign(tx, id));
}

/** The same for a campaign already loaded. */
export async function reviewOf(tx: TenantTx, campaign: Campaign): Promise<Review> {
  const audience = await countAudience(tx, campaign.audience);
  const mailbox = await findMailbox(tx, campaign.settings.emailAccountId);
  const [workspace] = await tx.execute<{ address: string | null }>(sql`
    select postal_address as address from workspaces
    where id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid)`);
  const { everyone, include } = campaign.audience;
  const problems = launchProblems({
    steps: campaign.steps,
    audience: { ...audience, chosen: everyone || include.length > 0 },
    settings: campaign.settings,
    mailbox,
    postalAddress: workspace?.address ?? null,
    liquidProblem,
  });
  return {
    problems: [...problems, ...unknownNameWarnings(campaign)],
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

function unknownNameWarnings({ steps }: Campaign): Problem[] {
  return steps.flatMap((step, index) => {
    const names = new Set(
      [step.subjectLine, step.previewText, step.emailContent].flatMap((source) =>
        source ? unknownNames(source) : [],
      ),
    );
    if (names.size === 0) return [];
    const list = [...names].map((name) => `{{ ${name} }}`).join(", ");
    const message = `${numbered(step, index)} uses ${list}, which nothing fills: correct the spelling, or give it a fallback such as {{ ${[...names][0]} | default: "there" }}.`;
    return [
      {
        code: "unknown_variable",
        severity: "warning" as const,
        where: "steps" as const,
        message,
        stepId: step.id,
      },
    ];
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
