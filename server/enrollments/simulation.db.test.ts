import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { saveStep } from "#server/campaigns/step-mutations";
import { unsubscribeContacts } from "#server/contacts/lifecycle";
import { commitThenSend } from "#server/drivers/events";
import { sinks } from "#server/messages/testing-sinks";
import { arrive, readAll } from "#server/replies/testing";
import { replyMail } from "#server/replies/testing-mails";
import { recordHits } from "#server/tracking/hits";
import { pauseCampaign, resumeCampaign } from "./launch.ts";
import { createRunner, emailStep, launch, ledger, newCampaign, places, type Started } from "./testing.ts";
import { type Act, type Person, type PlainStep, tellStory } from "./testing-simulation.ts";

/** More of them are simulated by hand: `SIMULATED_CONTACTS=10000 npx vitest run server/enrollments/simulation`. */
const contacts = Number(process.env.SIMULATED_CONTACTS ?? 40);
/** In most of them the clocks change in these weeks: in Lord Howe by half an hour, and the other way round. */
const zones = [
  "Europe/Berlin",
  "Australia/Lord_Howe",
  "America/New_York",
  "Asia/Kolkata",
  "America/Havana",
].slice(0, contacts < 1000 ? 2 : 5);
const start = Date.parse("2027-03-08T00:05:00Z");
/** A little less than half a day: however long the work of a stride takes, no wait of whole days is over within it. */
const strideMs = 12 * 3_600_000 - 45_000;
const ticks = Array.from({ length: 42 * 2 }, (_, n) => start + n * strideMs);

type At = (n: number) => string;
const email = (at: At, n: number, subject: string, next: number | null = n + 1): [PlainStep, StepValues] => [
  { id: at(n), type: "email", subject, next: next ? at(next) : null },
  emailStep({ id: at(n), subjectLine: subject, nextStepId: next ? at(next) : null }),
];
const wait = (
  at: At,
  n: number,
  plain: Extract<PlainStep, { type: "wait" }>["wait"],
  waitDuration: StepValues["waitDuration"],
): [PlainStep, StepValues] => [
  { id: at(n), type: "wait", wait: plain, next: at(n + 1) },
  { id: at(n), stepType: "wait", waitDuration, nextStepId: at(n + 1) },
];
const action = (at: At, n: number, next: number): [PlainStep, StepValues] => [
  { id: at(n), type: "action", next: at(next) },
  {
    id: at(n),
    stepType: "action",
    actionType: "add_tag",
    actionConfig: { tag: `came by ${n}` },
    nextStepId: at(next),
  },
];
const fork = (at: At, n: number, yes: number, no: number, city?: string): [PlainStep, StepValues] => [
  { id: at(n), type: city ? "in city" : "opened", city, yes: at(yes), no: at(no) },
  {
    id: at(n),
    stepType: "condition",
    conditionRules: {
      version: 1,
      match: "all",
      rules: [
        city
          ? { field: "city", operator: "equals", value: city }
          : { field: "email_opened", operator: "is_true" },
      ],
    },
    nextStepId: null,
    trueNextStepId: at(yes),
    falseNextStepId: at(no),
  },
];
const shortenedWait = 14;

/** The same twenty steps with ids of their own; `at` gives that of the nth. */
function twentySteps(): { at: At; steps: [PlainStep, StepValues][] } {
  const ids = Array.from({ length: 20 }, () => crypto.randomUUID());
  const at: At = (n) => ids[n - 1] ?? "";
  const steps: [PlainStep, StepValues][] = [
    email(at, 1, "One"),
    wait(at, 2, { days: 2 }, { value: 2, unit: "days" }),
    fork(at, 3, 4, 6),
    action(at, 4, 5),
    email(at, 5, "You opened", 8),
    email(at, 6, "Did you see it?"),
    wait(at, 7, { days: 1 }, { value: 1, unit: "days" }),
    wait(at, 8, { businessDays: 3 }, { value: 3, unit: "business_days" }),
    email(at, 9, "Two"),
    wait(at, 10, { weekday: 2, hour: 10 }, { until: "weekday", weekdays: ["tue"], time: "10:00" }),
    email(at, 11, "Three"),
    fork(at, 12, 13, 14, "Berlin"),
    action(at, 13, 14),
    wait(at, shortenedWait, { days: 6 }, { value: 6, unit: "days" }),
    email(at, 15, "Four"),
    wait(at, 16, { hours: 36 }, { value: 36, unit: "hours" }),
    fork(at, 17, 18, 20),
    email(at, 18, "You opened four"),
    wait(at, 19, { days: 7 }, { value: 1, unit: "weeks" }),
    email(at, 20, "Six", null),
  ];
  return { at, steps };
}

type Simulated = ReturnType<typeof twentySteps> & {
  campaign: Started;
  zone: string;
  people: Person[];
  acts: Act[];
  known: Set<string>;
};

async function begin(zone: string, index: number): Promise<Simulated> {
  const size = Math.ceil(contacts / zones.length);
  const people = Array.from({ length: size }, (_, n) => ({
    email: `${n === 3 ? "refuse" : "person"}-${n}.${index}@simulated.test`,
    city: n % 2 === 0 ? "Berlin" : "Paris",
    refuses: n === 3,
  }));
  const { at, steps } = twentySteps();
  const campaign = await newCampaign({
    emails: people.map((person) => person.email),
    steps: steps.map(([, step]) => step),
    settings: {
      timezone: zone,
      send_window_start: "06:00",
      send_window_end: "20:00",
      send_days: sql`array['mon', 'tue', 'wed', 'thu', 'fri']`,
      daily_limit: 100_000,
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
  return { campaign, at, steps, zone, people, acts: [], known: new Set() };
}

/** Whoever is `n` in their list does the same in every zone. */
const numberOf = (email: string) => Number(/-(\d+)\./.exec(email)?.[1]);

/** Lets people answer what they have got since the last tick, and is noted for whoever reckons it again. */
async function live({ campaign, at, acts, known, people }: Simulated, tick: number): Promise<void> {
  const { scope, campaignId } = campaign;
  const rows = (await ledger(campaign)).filter((row) => row.sent_at !== null && !known.has(row.id));
  const opened: string[] = [];
  for (const row of rows) {
    known.add(row.id);
    const n = numberOf(row.to_email);
    const opens = (row.step_id === at(1) && n % 3 === 0) || (row.step_id === at(15) && n % 4 === 1);
    if (opens) {
      opened.push(row.id);
      acts.push({ tick, kind: "open", email: row.to_email });
    }
    if (row.step_id === at(9) && n % 10 === 1) {
      await arrive(
        campaign,
        replyMail({ from: row.to_email }, { head: [`In-Reply-To: ${row.rfc_message_id}`] }),
      );
      await readAll(campaign, `reader-${tick}`);
      acts.push({ tick, kind: "reply", email: row.to_email });
    }
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

test(`six weeks of a campaign of twenty steps in ${zones.length} zones are what a plain reckoning says, for each of ${contacts} people`, async () => {
  await moveClockTo(start);
  const runner = createRunner(sinks);
  const all: Simulated[] = [];
  for (const [index, zone] of zones.entries()) all.push(await begin(zone, index));
  for (const { campaign } of all) await launch(campaign.scope, campaign.campaignId);

  for (const [tick, moment] of ticks.entries()) {
    await moveClockTo(moment);
    for (const one of all) await live(one, tick);
    // Every so often all that the engine knows is lost: events on their way, and every run that sleeps.
    if (tick % 7 === 6) runner.forget();
    await runner.sweep();
    await runner.settle();
  }

  for (const { campaign, steps, zone, people, acts } of all) {
    const sent = (await ledger(campaign)).filter((row) => row.sent_at !== null);
    const subjects = new Map(
      steps.flatMap(([step]) => (step.type === "email" ? [[step.id, step.subject]] : [])),
    );
    const stands = new Map((await places(campaign)).map((place) => [place.email, place.status]));
    const world = { zone, steps: steps.map(([step]) => step), ticks, acts };
    for (const person of people) {
      const got = sent.filter((row) => row.to_email === person.email);
      const story = {
        sent: got.map((row) => ({
          subject: subjects.get(row.step_id),
          tick: Math.floor(((row.sent_at?.getTime() ?? 0) - start) / strideMs),
        })),
        end: stands.get(person.email),
      };
      expect(story, `${person.email} in ${zone}`).toEqual(tellStory(world, person));
    }
    const arrived = sinks.mails.filter((mail) => people.some((person) => person.email === mail.to));
    expect(arrived.map((mail) => `${mail.to} ${mail.subject}`).sort()).toEqual(
      sent.map((row) => `${row.to_email} ${subjects.get(row.step_id)}`).sort(),
    );
  }
}, 3_600_000);
