import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { saveStep } from "#server/campaigns/step-mutations";
import { unsubscribeContacts } from "#server/contacts/lifecycle";
import { commitThenSend } from "#server/drivers/events";
import { sinks } from "#server/messages/testing-sinks";
import { arrive, readAll } from "#server/replies/testing";
import { postfixReport, replyMail } from "#server/replies/testing-mails";
import { recordHits } from "#server/tracking/hits";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { createRunner, launch, type Ledger, ledger, newCampaign, places, type Started } from "./testing.ts";
import { deathsBySeed } from "./testing-deaths.ts";
import { type Act, type Bounce, type Person, type Sent, tellStories } from "./testing-simulation.ts";
import { type At, shortenedWait, twentySteps } from "./testing-twenty-steps.ts";

/** More of them are simulated by hand: `SIMULATED_CONTACTS=10000 npx vitest run server/enrollments/simulation`. */
const contacts = Number(process.env.SIMULATED_CONTACTS ?? 40);
/** Who dies when. Any seed must do: nothing below may hold for some of them only. */
const seed = Number(process.env.SIMULATED_SEED ?? 20_270_308);
/** In most of them the clocks change in these weeks: in Lord Howe by half an hour, and the other way round. */
const zones = [
  "Europe/Berlin",
  "Australia/Lord_Howe",
  "America/New_York",
  "Asia/Kolkata",
  "America/Havana",
].slice(0, contacts < 1000 ? 2 : 5);
const start = Date.parse("2027-03-08T00:05:00Z");
/**
 * A little less than half a day: however long the work of a stride takes, and who takes over from the dead, no wait of
 * whole days is over within it.
 */
const strideMs = 12 * 3_600_000 - 180_000;
/** While the campaign is paused nobody would find out in time that an email is lost. */
const deadlyTick = (tick: number) => tick % 5 === 1 && (tick < 11 || tick > 19);
const ticks = Array.from({ length: 42 * 2 }, (_, n) => start + n * strideMs);

type Simulated = ReturnType<typeof twentySteps> & {
  campaign: Started;
  zone: string;
  people: Person[];
  acts: Act[];
  known: Set<string>;
  dailyLimit: number;
};

async function begin(zone: string, index: number): Promise<Simulated> {
  const size = Math.ceil(contacts / zones.length);
  const people = Array.from({ length: size }, (_, n) => ({
    email: `${n === 3 ? "refuse" : "person"}-${n}.${index}@simulated.test`,
    city: n % 2 === 0 ? "Berlin" : "Paris",
    refuses: n === 3,
  }));
  const { at, steps } = twentySteps();
  // Not all of them get an email on one day.
  const dailyLimit = Math.ceil(size * 0.7);
  const campaign = await newCampaign({
    emails: people.map((person) => person.email),
    steps: steps.map(([, step]) => step),
    settings: {
      timezone: zone,
      send_window_start: "06:00",
      send_window_end: "20:00",
      send_days: sql`array['mon', 'tue', 'wed', 'thu', 'fri']`,
      daily_limit: dailyLimit,
      delay_between_emails_seconds: 0,
    },
  });
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(sql`
      update contacts c set city = p.city from unnest(${sql.param(people.map((one) => one.email))}::text[],
        ${sql.param(people.map((one) => one.city))}::text[]) as p(email, city) where c.email = p.email`);
    await tx.execute(
      sql`update email_accounts set daily_limit = null, hourly_limit = null, min_delay_seconds = 0`,
    );
  });
  return { campaign, at, steps, zone, people, acts: [], known: new Set(), dailyLimit };
}

/** Whoever is `n` in their list does the same in every zone. */
const numberOf = (email: string) => Number(/-(\d+)\./.exec(email)?.[1]);

/**
 * Whose emails come back: `[nth person, step or null for any, class, status]`. So few that the campaign is not paused
 * for it, however many people there are.
 */
const returns: [number, number | null, Bounce, string][] = [
  [4, 9, "hard", "5.1.1"],
  [5, null, "soft", "4.2.2"],
  [6, 11, "block", "5.7.1"],
];
const diagnostics: Record<Bounce, string> = {
  hard: "550 5.1.1 user unknown",
  soft: "452 4.2.2 mailbox full",
  block: "550 5.7.1 message refused",
};

/** The mail that answers one, or reports that it came back. */
function answerTo(at: At, { step_id, to_email: to, rfc_message_id: messageId }: Ledger) {
  const n = numberOf(to);
  if (step_id === at(9) && n % 10 === 1)
    return {
      kind: "reply" as const,
      raw: replyMail({ from: to }, { head: [`In-Reply-To: ${messageId}`] }),
    };
  const back = returns.find(([nth, step]) => n === nth && (step === null || step_id === at(step)));
  if (!back) return null;
  const [, , type, status] = back;
  const raw = postfixReport({ to, messageId }, { status, diagnostic: diagnostics[type] });
  return { kind: "return" as const, class: type, raw };
}

/** Lets people answer what they have got since the last tick, and is noted for whoever reckons it again. */
async function live({ campaign, at, acts, known, people }: Simulated, tick: number): Promise<void> {
  const { scope, campaignId } = campaign;
  const rows = (await ledger(campaign)).filter((row) => row.sent_at !== null && !known.has(row.id));
  const opened: string[] = [];
  const mails: Buffer[] = [];
  for (const row of rows) {
    known.add(row.id);
    const { to_email: email } = row;
    const n = numberOf(email);
    const opens = (row.step_id === at(1) && n % 3 === 0) || (row.step_id === at(15) && n % 4 === 1);
    if (opens && n !== 5) {
      opened.push(row.id);
      acts.push({ tick, kind: "open", email });
    }
    const answer = answerTo(at, row);
    if (!answer) continue;
    mails.push(answer.raw);
    acts.push(
      answer.kind === "reply"
        ? { tick, kind: "reply", email }
        : { tick, kind: "return", email, class: answer.class },
    );
  }
  if (mails.length > 0) {
    await arrive(campaign, ...mails);
    await readAll(campaign, `reader-${tick}`);
  }
  const human = {
    type: "opened",
    linkIndex: null,
    url: null,
    ip: "203.0.113.9",
    machineReason: null,
  } as const;
  if (opened.length > 0)
    await commitThenSend(scope, (tx) =>
      recordHits(
        tx,
        scope,
        opened.map((messageId) => ({ ...human, userAgent: "Mozilla/5.0", messageId })),
      ),
    );
  if (tick === 22) {
    const stopping = people.flatMap((person, n) => (n % 10 === 2 ? [n] : []));
    await withTenant(scope, (tx) =>
      unsubscribeContacts(
        tx,
        stopping.map((n) => campaign.contactIds[n] ?? ""),
        { actorId: campaign.userId },
      ),
    );
    for (const n of stopping) acts.push({ tick, kind: "unsubscribe", email: people[n]?.email ?? "" });
  }
  if (tick === 15) {
    await withTenant(scope, (tx) => pauseCampaign(tx, { campaignId }));
    acts.push({ tick, kind: "pause" });
  }
  if (tick === 18) {
    await commitThenSend(scope, (tx) => resumeCampaign(tx, { campaignId }));
    acts.push({ tick, kind: "resume" });
  }
  if (tick === 41) {
    await commitThenSend(scope, async (tx) => {
      const [row] = await tx.execute<{ version: number }>(
        sql`select version from campaigns where id = ${campaignId}::uuid`,
      );
      return saveStep(tx, scope, {
        ...{ id: campaignId, version: row?.version ?? -1, stepId: at(shortenedWait), retime: true },
        content: { type: "wait", wait: { value: 3, unit: "days" } },
      });
    });
    acts.push({ tick, kind: "shorten", step: at(shortenedWait), days: 3 });
  }
}

async function moveClockTo(moment: number): Promise<void> {
  const [row] = await withoutTenant((tx) => tx.execute<{ now: Date }>(sql`select app_now() as now`));
  await moveClock(`${(moment - (row?.now.getTime() ?? 0)) / 1000} seconds`);
}

const fates: Record<string, Sent["fate"]> = { sent: "sent", unknown: "lost" };
/** What the ledger says became of a message. */
const fateOf = (row: Ledger): Sent["fate"] | undefined =>
  row.delivery_status === "bounced"
    ? row.sent_at === null
      ? "refused"
      : (row.bounce_type ?? undefined)
    : fates[row.delivery_status];
const tickOf = ({ claimed_at }: Ledger) => Math.floor(((claimed_at?.getTime() ?? 0) - start) / strideMs);

test(`six weeks of a campaign of twenty steps in ${zones.length} zones are what a plain reckoning says, for each of ${contacts} people`, async () => {
  await moveClockTo(start);
  const deaths = deathsBySeed(seed, 3);
  const runner = createRunner(sinks, deaths);
  const all: Simulated[] = [];
  for (const [index, zone] of zones.entries()) all.push(await begin(zone, index));
  for (const { campaign } of all) await launch(campaign.scope, campaign.campaignId);
  const lost = new Set<string>();
  const arrivedAllTheSame: string[] = [];

  for (const [tick, moment] of ticks.entries()) {
    await moveClockTo(moment);
    for (const one of all) await live(one, tick);
    // Every so often all that the engine knows is lost: events on their way, and every run that sleeps.
    if (tick % 7 === 6) runner.forget();
    // At other times runs die in the midst of their work, and are missed when their leases have run out.
    deaths.turn(deadlyTick(tick));
    await runner.sweep();
    await runner.settle();
    if (!deadlyTick(tick)) continue;
    deaths.turn(false);
    await moveClock("125 seconds");
    await runner.sweep();
    await runner.settle();
    for (const { campaign, acts } of all)
      for (const row of await ledger(campaign)) {
        const death = deaths.lost.find(({ id }) => id === row.id);
        if (!death || lost.has(row.id)) continue;
        lost.add(row.id);
        acts.push({ tick, kind: "lose", email: row.to_email });
        if (death.arrived) arrivedAllTheSame.push(row.id);
      }
  }

  for (const { campaign, steps, zone, people, acts, dailyLimit } of all) {
    const rows = (await ledger(campaign)).filter((row) => row.claimed_at !== null);
    const subjects = new Map(
      steps.flatMap(([step]) => (step.type === "email" ? [[step.id, step.subject]] : [])),
    );
    const stands = new Map((await places(campaign)).map((place) => [place.email, place]));
    const world = { zone, steps: steps.map(([step]) => step), ticks, acts, dailyLimit };
    const byTick = Map.groupBy(rows, tickOf);
    const chosen = (tick: number) => new Set((byTick.get(tick) ?? []).map((row) => row.to_email));
    const { stories, breaches } = tellStories(world, people, chosen);
    expect(breaches, zone).toEqual([]);
    for (const { email } of people) {
      const place = stands.get(email);
      const story = {
        mails: rows
          .filter((row) => row.to_email === email)
          .map((row) => ({ subject: subjects.get(row.step_id), tick: tickOf(row), fate: fateOf(row) })),
        end: place?.status,
        reason: place?.exit_reason,
        step: place?.current_step_id,
      };
      expect(story, `${email} in ${zone}`).toEqual(stories.get(email));
    }
    const arrived = sinks.mails.filter((mail) => people.some((person) => person.email === mail.to));
    expect(arrived.map((mail) => `${mail.to} ${mail.subject}`).sort()).toEqual(
      rows
        .filter((row) => row.sent_at !== null || arrivedAllTheSame.includes(row.id))
        .map((row) => `${row.to_email} ${subjects.get(row.step_id)}`)
        .sort(),
    );
  }
  // Or nothing of all this was tried.
  const told = all.flatMap(({ acts }) => acts.map((act) => (act.kind === "return" ? act.class : act.kind)));
  for (const kind of ["reply", "unsubscribe", "open", "hard", "soft", "block", "lose"])
    expect(told).toContain(kind);
  expect(arrivedAllTheSame.length).toBeGreaterThan(0);
  expect(deaths.count).toBeGreaterThan(lost.size / 2);
}, 3_600_000);
