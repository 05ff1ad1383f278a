import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import {
  createCampaign,
  createContacts,
  createList,
  createTenant,
  type StepValues,
  type Tenant,
} from "#db/factories";
import { type Scope, withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { driveEmailStep } from "#server/ab-tests/email-step";
import { launchScheduled } from "#server/campaigns/launch-scheduled";
import { commitThenSend, type DueStep, type EventScope } from "#server/drivers/events";
import {
  sweepArrivals,
  sweepBearers,
  sweepCampaigns,
  sweepLeases,
  sweepMailboxes,
  sweepSteps,
  sweepWaiters,
} from "#server/drivers/sweep";
import { sendNext, startLane } from "#server/messages/run";
import type { SentEvent, Sinks } from "#server/messages/testing-sinks";
import { performActions } from "./action-step.ts";
import { decideCondition } from "./condition-step.ts";
import { launchCampaign } from "./launch.ts";
import {
  checkEnd,
  enrollNext,
  enrollSideBySide,
  startCampaign,
  startStep,
  takeNextArrivals,
  workOnStep,
  workSideBySide,
} from "./run.ts";
import { type Deaths, dieSending, nobodyDies } from "./testing-deaths.ts";
import { releaseWaits } from "./wait-step.ts";

const works = {
  email: driveEmailStep,
  wait: releaseWaits,
  condition: decideCondition,
  action: performActions,
};

/** Of the slices, small enough that what goes side by side does so among a few thousand. */
const sizes = { enroll: 500, move: 300 };

type Sleeper = { wakesAt: number; resume: () => Promise<void> };

/**
 * Runs the campaign functions' bodies for the events that arrive, as an Inngest server would: every run sleeps until
 * its time by the product's clock. `forget` loses all of it, as a wiped server does; `deaths` takes single runs.
 */
export function createRunner(sinks: Sinks, deaths: Deaths = nobodyDies()) {
  let sleepers: Sleeper[] = [];
  let runs = 0;
  const sleep = (until: Date | string | null, resume: () => Promise<void>) => {
    if (until !== null) sleepers.push({ wakesAt: new Date(until).getTime(), resume });
  };

  async function runStep(due: EventScope & DueStep & { fence: number }) {
    const fence = await startStep(due, `run-${(runs += 1)}`);
    if (fence !== null && !deaths.at("started")) await goOnStep({ ...due, fence });
  }
  async function goOnStep(due: EventScope & DueStep & { fence: number }) {
    const moves = due.stepType === "wait" || due.stepType === "condition";
    let full = false;
    for (;;) {
      const act: typeof workOnStep = moves && full ? workSideBySide : workOnStep;
      const slice = await act(due, works[due.stepType], moves ? sizes.move : undefined);
      ({ full } = slice);
      if (deaths.at("worked")) return;
      if (slice.more) continue;
      if (slice.held) sleep(slice.until, () => goOnStep(due));
      return;
    }
  }
  async function runLane(mailbox: EventScope & { emailAccountId: string }) {
    const fence = await startLane(mailbox, `run-${(runs += 1)}`);
    if (fence === null) return;
    if (deaths.at("sending")) return dieSending({ ...mailbox, fence }, deaths);
    if (deaths.at("started")) return;
    await goOnLane({ ...mailbox, fence });
  }
  async function goOnLane(lane: EventScope & { emailAccountId: string; fence: number }) {
    for (;;) {
      const slice = await sendNext(lane);
      if (slice.more) continue;
      if (slice.held) sleep(slice.until, () => goOnLane(lane));
      return;
    }
  }
  async function runCampaign(launched: EventScope & { campaignId: string }) {
    const fence = await startCampaign(launched, `run-${(runs += 1)}`);
    if (fence === null) return;
    let full = false;
    for (let done = false; !done;) {
      const enroll: typeof enrollNext = full ? enrollSideBySide : enrollNext;
      const slice = await enroll({ ...launched, fence }, sizes.enroll);
      if (!slice.held) return;
      ({ done, full } = slice);
    }
    await endOf({ ...launched, fence });
  }
  const waiting = new Map<string, EventScope & { campaignId: string; fence: number }>();
  async function endOf(campaign: EventScope & { campaignId: string; fence: number }) {
    waiting.set(campaign.campaignId, campaign);
    if ((await checkEnd(campaign)) !== "running") waiting.delete(campaign.campaignId);
  }
  async function handle({ name, data }: SentEvent) {
    if (name === "campaign/start.due") {
      const { tenantId, workspaceId, campaignId } = data as EventScope & { campaignId: string };
      return launchScheduled({ tenantId, workspaceId }, campaignId);
    }
    if (name === "campaign/arrivals.due") {
      const arriving = data as EventScope & { campaignId: string };
      while ((await takeNextArrivals(arriving)).more);
      return;
    }
    if (name === "campaign/launched") return runCampaign(data as EventScope & { campaignId: string });
    if (name === "campaign/step.due") return runStep(data as EventScope & DueStep & { fence: number });
    if (name === "mailbox/messages.queued") return runLane(data as EventScope & { emailAccountId: string });
    const campaign = name === "campaign/drained" ? waiting.get(String(data.campaignId)) : undefined;
    if (campaign) await endOf(campaign);
  }

  return {
    /** Works until nothing is to be done at this moment of the clock. Events of the name `lost` never arrive. */
    async settle(lost?: string) {
      for (;;) {
        const event = sinks.events.shift();
        if (event) {
          if (event.name !== lost) await handle(event);
          continue;
        }
        const now = (await clockNow()).getTime();
        const due = sleepers.filter((one) => one.wakesAt <= now);
        if (due.length === 0) return;
        sleepers = sleepers.filter((one) => one.wakesAt > now);
        for (const one of due) await one.resume();
      }
    },
    forget() {
      sleepers = [];
      sinks.events.splice(0);
      waiting.clear();
    },
    /** Moves the clock on in strides, working at each as time passes. */
    async pass(interval: string, strides = 1) {
      for (let stride = 0; stride < strides; stride += 1) {
        await moveClock(interval);
        await this.settle();
      }
    },
    /** Moves the clock to the moment for which somebody sleeps next, and works; false when nobody does. */
    async wakeNext(): Promise<boolean> {
      const next = Math.min(...sleepers.map(({ wakesAt }) => wakesAt));
      if (next === Infinity) return false;
      await moveClock(`${Math.max(1, next - (await clockNow()).getTime())} milliseconds`);
      await this.settle();
      return true;
    },
    async sweep() {
      await sweepLeases();
      await sweepSteps();
      await sweepMailboxes();
      await sweepCampaigns();
      await sweepArrivals();
      await sweepWaiters();
      await sweepBearers();
    },
  };
}

export type Runner = ReturnType<typeof createRunner>;

async function clockNow(): Promise<Date> {
  const [row] = await withoutTenant((tx) => tx.execute<{ now: Date }>(sql`select app_now() as now`));
  if (!row) throw new Error("The clock gave no row.");
  return row.now;
}

export const emailStep = (values: Partial<StepValues> = {}): StepValues => ({
  stepType: "email",
  subjectLine: "Hello {{ first_name | default: 'there' }}",
  emailContent: "<p>Hello</p>",
  ...values,
});

export type Started = Tenant & {
  campaignId: string;
  stepIds: string[];
  contactIds: string[];
  listId: string;
};

/** A tenant with a campaign to a list of these addresses, not launched yet. `settings` are SQL names and values. */
export async function newCampaign({
  emails,
  steps = [emailStep()],
  settings = { no_limits: true },
}: {
  emails: readonly string[];
  steps?: readonly StepValues[];
  settings?: Record<string, unknown>;
}): Promise<Started> {
  const tenant = await createTenant();
  return withTenant(tenant.scope, async (tx) => {
    const contactIds = await createContacts(
      tx,
      emails.map((email) => ({ email, firstName: "Ada" })),
    );
    const listId = await createList(tx, { contactIds });
    const made = await createCampaign(tx, {
      steps,
      emailAccountId: tenant.emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
    });
    const changes = Object.entries(settings).map(([name, value]) => sql`${sql.identifier(name)} = ${value}`);
    await tx.execute(
      sql`update campaign_settings set ${sql.join(changes, sql`, `)} where campaign_id = ${made.campaignId}::uuid`,
    );
    return { ...tenant, ...made, contactIds, listId };
  });
}

export const launch = (scope: Scope, campaignId: string) =>
  commitThenSend(scope, (tx) => launchCampaign(tx, { campaignId }));

export type Ledger = {
  id: string;
  to_email: string;
  sent_subject: string | null;
  step_id: string;
  delivery_status: string;
  scheduled_for: Date | null;
  sent_at: Date | null;
  claimed_at: Date | null;
  attempts: number;
  error: string | null;
  rfc_message_id: string;
  bounce_type: "hard" | "soft" | "block" | null;
};
export const ledger = ({ scope, campaignId }: Started): Promise<Ledger[]> =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<Ledger>(sql`
      select id, to_email, subject as sent_subject, step_id, delivery_status, scheduled_for, sent_at, claimed_at, attempts, error, rfc_message_id, bounce_type
      from content.email_messages where campaign_id = ${campaignId}::uuid order by claimed_at, scheduled_for, id`)),
  ]);

export type Place = {
  email: string;
  status: string;
  current_step_id: string | null;
  wait_reason: string | null;
  exit_reason: string | null;
  next_email_scheduled_at: Date | null;
  total_emails_sent: number;
};
export const places = ({ scope, campaignId }: Started): Promise<Place[]> =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<Place>(sql`
      select c.email, e.status, e.current_step_id, e.wait_reason, e.exit_reason, e.next_email_scheduled_at, e.total_emails_sent
      from campaign_contacts e join contacts c on c.id = e.contact_id
      where e.campaign_id = ${campaignId}::uuid order by c.email`)),
  ]);

export const statusOf = ({ scope, campaignId }: Started): Promise<string | undefined> =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ status: string }>(
      sql`select status from campaigns where id = ${campaignId}::uuid`,
    );
    return row?.status;
  });
