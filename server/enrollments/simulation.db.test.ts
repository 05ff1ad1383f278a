import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { findUnexplained } from "#server/analytics/testing-standstills";
import { moveClock } from "#db/testing";
import { sinks } from "#server/messages/testing-sinks";
import { createRunner, launch, type Ledger, ledger, places } from "./testing.ts";
import { deathsBySeed } from "./testing-deaths.ts";
import { begin, calendarOf, live, type Simulated } from "./testing-simulated-life.ts";
import { curiosities, type Curiosity, type Sent, tellStories } from "./testing-simulation.ts";

/**
 * More of them are simulated by hand: `SIMULATED_CONTACTS=10000 npx vitest run server/enrollments/simulation`; and hour
 * by hour: `SIMULATED_HOURLY=1`.
 */
const contacts = Number(process.env.SIMULATED_CONTACTS ?? 48);
const calendar = calendarOf(process.env.SIMULATED_HOURLY ? "an hour" : "half a day");
const { start, ticks, tickOf, isDeadly } = calendar;
/** Who dies when. Any seed must do: nothing below may hold for some of them only. */
const seed = Number(process.env.SIMULATED_SEED ?? 20_270_308);
/** In most of them the clocks change in these weeks: in Lord Howe by half an hour, and the other way round. */
const zones = ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata", "America/Havana"];
/** One campaign in each zone, and one whose people live in all of them. */
const campaigns = [
  ...zones.slice(0, contacts < 1000 ? 1 : 5).map((zone) => ({ zone })),
  { zone: "Australia/Lord_Howe", zones },
];

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

/** A dozen of the ticks, deadly ones among them. */
const isLookedAt = (tick: number) => tick % Math.ceil(ticks.length / 12) === 1;

async function looksExplained(all: readonly Simulated[], when: string): Promise<void> {
  for (const { campaign } of all) expect(await findUnexplained(campaign.scope), when).toEqual([]);
}

test(`six weeks of ${campaigns.length} campaigns of twenty steps in ${zones.length} zones are what a plain reckoning says, for each of ${contacts} people`, async () => {
  await moveClockTo(start);
  const deaths = deathsBySeed(seed, 3);
  const runner = createRunner(sinks, deaths);
  const all: Simulated[] = [];
  for (const [index, where] of campaigns.entries())
    all.push(await begin(calendar, { ...where, index, size: Math.ceil(contacts / campaigns.length) }));
  for (const { campaign } of all) await launch(campaign.scope, campaign.campaignId);
  const lost = new Set<string>();
  const arrivedAllTheSame: string[] = [];
  const cameAbout = new Set<Curiosity>();

  for (const [tick, moment] of ticks.entries()) {
    await moveClockTo(moment);
    for (const one of all) await live(one, tick);
    // Every so often all that the engine knows is lost: events on their way, and every run that sleeps.
    if (tick % 7 === 6) runner.forget();
    // At other times runs die in the midst of their work, and are missed when their leases have run out.
    deaths.turn(isDeadly(tick));
    await runner.sweep();
    // What waits says why and until when: before its time is used, after it, and among the dead.
    if (isLookedAt(tick)) await looksExplained(all, `before tick ${tick}`);
    await runner.settle();
    if (isLookedAt(tick)) await looksExplained(all, `after tick ${tick}`);
    if (!isDeadly(tick)) continue;
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

  for (const { campaign, steps, zone, people, acts, dailyLimit, hoursApart } of all) {
    const rows = (await ledger(campaign)).filter((row) => row.claimed_at !== null);
    const stands = new Map((await places(campaign)).map((place) => [place.email, place]));
    const world = { zone, steps: steps.map(([step]) => step), ticks, acts, dailyLimit, hoursApart };
    const byTick = Map.groupBy(rows, tickOf);
    const counted = new Map(
      [...byTick].map(([tick, some]) => [tick, Map.groupBy(some, (row) => row.to_email)] as const),
    );
    const chosen = (tick: number) =>
      new Map([...(counted.get(tick) ?? [])].map(([email, some]) => [email, some.length] as const));
    const { stories, breaches, seen } = tellStories(world, people, chosen);
    for (const one of seen) cameAbout.add(one);
    expect(breaches, zone).toEqual([]);
    const mailsOf = Map.groupBy(rows, (row) => row.to_email);
    for (const { email } of people) {
      const place = stands.get(email);
      const story = {
        mails: (mailsOf.get(email) ?? []).map((row) => ({
          step: row.step_id,
          subject: row.sent_subject,
          tick: tickOf(row),
          fate: fateOf(row),
        })),
        end: place?.status,
        reason: place?.exit_reason,
        step: place?.current_step_id,
      };
      expect(story, `${email} in ${zone}`).toEqual(stories.get(email));
    }
    const addresses = new Set(people.map(({ email }) => email));
    const idOf = (raw: string) => /^Message-ID: (\S+)/im.exec(raw)?.[1];
    const arrived = sinks.mails.filter((mail) => addresses.has(mail.to));
    const subjects = new Map(arrived.map((mail) => [idOf(mail.raw), mail.subject]));
    const here = (row: Ledger) => row.sent_at !== null || arrivedAllTheSame.includes(row.id);
    expect(arrived.map((mail) => `${mail.to} ${idOf(mail.raw)} ${mail.subject}`).sort()).toEqual(
      rows
        .filter(here)
        .map((row) => {
          const subject = row.sent_subject ?? subjects.get(row.rfc_message_id);
          return `${row.to_email} ${row.rfc_message_id} ${subject}`;
        })
        .sort(),
    );
  }
  // Or nothing of all this was tried.
  const told = all.flatMap(({ acts }) => acts.map((act) => (act.kind === "return" ? act.class : act.kind)));
  for (const kind of [
    "reply",
    "unsubscribe",
    "suppress",
    "open",
    "hard",
    "soft",
    "block",
    "lose",
    "insert",
    "reword",
    "shorten",
    "move",
    "delete",
    "close",
    "open up",
    "tag",
    "untag",
  ])
    expect(told).toContain(kind);
  expect([...cameAbout].sort()).toEqual([...curiosities].sort());
  expect(arrivedAllTheSame.length).toBeGreaterThan(0);
  expect(deaths.count).toBeGreaterThan(lost.size / 2);
}, 3_600_000);
