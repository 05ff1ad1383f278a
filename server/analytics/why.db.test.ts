import { sql, type SQL } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { begun as begunTest, tested } from "#server/ab-tests/testing";
import { stopCampaign } from "#server/enrollments/launch";
import { type WaitReason, waitReasons } from "#server/enrollments/reasons";
import { createRunner, emailStep, launch, newCampaign, type Started } from "#server/enrollments/testing";
import { always, atOnce, people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { loadLive } from "./live.ts";
import { listCountedMessages } from "./messages.ts";
import { listPeople } from "./people.ts";
import { findUnexplained } from "./testing-standstills.ts";
import { answerForContact } from "./why-contact.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const hour = 60;
const day = 24 * hour;
const change = ({ scope }: Started, statement: SQL) => withTenant(scope, (tx) => tx.execute(statement));
const of = ({ campaignId }: Started) => sql`${campaignId}::uuid`;
const minutesTo = (at: Date | null, now: Date) =>
  at === null ? null : (at.getTime() - now.getTime()) / 60_000;
/** The clock goes on while the test works. */
function expectIn(got: number | null, wanted: number | null, what: string) {
  if (got === null || wanted === null) expect.soft(got, what).toBe(wanted);
  else expect.soft(Math.abs(got - wanted), `${what} in ${wanted} minutes, not ${got}`).toBeLessThan(3);
}

async function answers(campaign: Started) {
  return withTenant(campaign.scope, async (tx) => {
    const [standing] = await tx.execute<{ id: string }>(sql`
      select contact_id as id from campaign_contacts where campaign_id = ${of(campaign)} and status in ('enrolled', 'active', 'paused')`);
    const contactId = standing?.id ?? campaign.contactIds[0] ?? "";
    const live = await loadLive(tx, campaign.campaignId);
    const contact = await answerForContact(tx, contactId);
    const now = live.countedAt;
    const { answer } = live;
    return {
      code: answer.code,
      said: `${answer.title} ${answer.text ?? ""}`,
      in: minutesTo(answer.at, now),
      contact: {
        code: contact.code,
        said: `${contact.title} ${contact.text ?? ""}`,
        in: minutesTo(contact.at, now),
      },
    };
  });
}

const begun = async (made: Parameters<typeof newCampaign>[0]) => {
  const campaign = await newCampaign(made);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return campaign;
};

type Case = {
  bring: () => Promise<Started>;
  /** The campaign's answer: its code, what it says, and in how many minutes the next thing happens by itself. */
  campaign: [code: string, said: RegExp, minutes: number | null];
  /** The answer for the first of its people. */
  person: [code: string, said: RegExp, minutes: number | null];
};

const wait = { stepType: "wait", waitDuration: { value: 2, unit: "hours" } } as const;

/** Each is brought about as it comes about in a running product. The tests' clock begins on a Wednesday at 10:00 UTC. */
const cases: Record<string, Case> = {
  "a draft": {
    bring: () => newCampaign({ emails: people(1) }),
    campaign: ["draft", /before it is launched/, null],
    person: ["in_no_campaign", /through no campaign/, null],
  },
  "paused, with the reason": {
    bring: async () => {
      const campaign = await begun({ emails: people(1), steps: [wait, emailStep()] });
      await withTenant(campaign.scope, (tx) => stopCampaign(tx, campaign.campaignId, "Too much came back."));
      return campaign;
    },
    campaign: ["paused", /Paused.*Too much came back\./, null],
    person: ["paused", /The campaign is paused\. Too much came back\./, null],
  },
  "past its last day": {
    bring: async () => {
      const campaign = await begun({ emails: people(1), steps: [wait, emailStep()] });
      await change(
        campaign,
        sql`update campaigns set end_date = app_now() - interval '1 second' where id = ${of(campaign)}`,
      );
      return campaign;
    },
    campaign: ["ending", /last day is over/, 1],
    person: ["ending", /last day is over/, 1],
  },
  "without a mailbox that can send": {
    bring: async () => {
      const campaign = await newCampaign({ emails: people(1) });
      await launch(campaign.scope, campaign.campaignId);
      await change(campaign, sql`update email_accounts set status = 'disabled'`);
      await runner.settle();
      return campaign;
    },
    campaign: ["mailbox_inactive", /nothing can be sent.*is switched off\. Switch it on/, 10],
    person: ["no_sender", /no mailbox that can send/, 10],
  },
  "its audience is being enrolled": {
    bring: async () => {
      const campaign = await newCampaign({ emails: people(1) });
      await launch(campaign.scope, campaign.campaignId);
      return campaign;
    },
    campaign: ["enrolling", /Enrolling/, null],
    person: ["in_no_campaign", /through no campaign/, null],
  },
  "the window is shut": {
    bring: () =>
      begun({
        emails: people(1),
        settings: { ...always, send_window_start: "12:00", send_window_end: "13:00" },
      }),
    campaign: ["outside_window", /Next email: .*The send window is shut/, 2 * hour],
    person: ["turn", /It is their turn/, 115],
  },
  "the day's emails are used up": {
    bring: () => begun({ emails: people(2), settings: { ...atOnce, daily_limit: 1 } }),
    campaign: ["daily_limit", /emails for today are used up/, 14 * hour],
    person: ["turn", /It is their turn/, 14 * hour - 5],
  },
  "the mailbox has sent its share of the hour": {
    bring: async () => {
      const campaign = await newCampaign({ emails: people(2), settings: atOnce });
      await change(campaign, sql`update email_accounts set hourly_limit = 1`);
      await launch(campaign.scope, campaign.campaignId);
      await runner.settle();
      return campaign;
    },
    campaign: ["mailbox_hourly_limit", /mailbox’s emails for this hour/, hour],
    person: ["turn", /It is their turn/, hour - 5],
  },
  "the next email leaves soon": {
    bring: async () => {
      const campaign = await newCampaign({ emails: people(1), settings: { ...atOnce } });
      await launch(campaign.scope, campaign.campaignId);
      await runner.settle("mailbox/messages.queued");
      return campaign;
    },
    campaign: ["next_email", /Next email: .*1 email due/, 0],
    person: ["awaiting_send", /on its way.*leaves at the time shown\. From /, 0],
  },
  "the other server asked to try later": {
    bring: () => begun({ emails: ["defer-why@example.test"] }),
    campaign: ["next_email", /Next email/, 5],
    person: ["deferred", /asked to try again later/, 5],
  },
  "nobody knows whether it arrived": {
    bring: () => begun({ emails: ["drop-why@example.test"] }),
    campaign: ["outcome_unknown", /1 person: The connection broke/, day],
    person: ["outcome_unknown", /may have arrived/, day],
  },
  "everybody waits": {
    bring: () => begun({ emails: people(3), steps: [wait, emailStep()] }),
    campaign: ["waiting", /No email is due.*3 people: Waiting for the time/, 2 * hour],
    person: ["waiting", /Waiting for the time of this step/, 2 * hour],
  },
  "they wait for the winner of a test": {
    bring: async () => {
      const test = tested({ samplePercent: 50, durationMinutes: 4 * hour });
      const campaign = await begunTest(runner, people(4), [test]);
      await runner.pass("1 minute");
      return campaign;
    },
    campaign: ["waiting_for_winner", /No email is due.*2 people: Waiting for the winner/, 4 * hour],
    person: ["waiting_for_winner", /Waiting for the winner of the test/, 4 * hour],
  },
  "the step is incomplete": {
    bring: async () => {
      const campaign = await begun({ emails: people(1), steps: [wait, emailStep()] });
      await change(
        campaign,
        sql`update campaign_steps set subject_line = '', email_content = '' where id = ${campaign.stepIds[1]}::uuid`,
      );
      await runner.pass("2 hours 1 minute");
      return campaign;
    },
    campaign: ["config_error", /1 person: The step is incomplete/, null],
    person: ["config_error", /edit it/, null],
  },
  "they are away": {
    bring: async () => {
      const campaign = await newCampaign({ emails: people(1) });
      await change(campaign, sql`update contacts set snoozed_until = app_now() + interval '3 days'`);
      await launch(campaign.scope, campaign.campaignId);
      await runner.settle();
      return campaign;
    },
    campaign: ["next_email", /Next email/, 3 * day],
    person: ["snoozed", /writes to them for now/, 3 * day],
  },
  "everybody was paused by hand": {
    bring: async () => {
      const campaign = await begun({ emails: people(1), steps: [wait, emailStep()] });
      await change(campaign, sql`update campaign_contacts set status = 'paused', paused_at = app_now()`);
      return campaign;
    },
    campaign: ["people_paused", /paused by hand/, null],
    person: ["paused_by_hand", /until somebody lets them go on/, null],
  },
  "the contact may not be mailed": {
    bring: async () => {
      const campaign = await begun({ emails: people(1), steps: [wait, emailStep()] });
      await change(campaign, sql`update contacts set status = 'unsubscribed', unsubscribed_at = app_now()`);
      return campaign;
    },
    campaign: ["waiting", /Waiting for the time/, 2 * hour],
    person: ["hindered", /No campaign mails this contact Unsubscribed from this workspace/, null],
  },
};

test.each(Object.entries(cases))(
  "%s: the campaign and the contact say so, and when it goes on",
  async (_, one) => {
    const campaign = await one.bring();
    expect(await findUnexplained(campaign.scope)).toEqual([]);
    const got = await answers(campaign);
    const [code, said, minutes] = one.campaign;
    expect.soft(got.code).toBe(code);
    expectIn(got.in, minutes, "the campaign goes on");
    expect.soft(got.said).toMatch(said);
    const [personCode, personSaid, personMinutes] = one.person;
    expect.soft(got.contact.code).toBe(personCode);
    expectIn(got.contact.in, personMinutes, "the contact");
    expect.soft(got.contact.said).toMatch(personSaid);
  },
);

test("a message of unknown fate is listed with the time at which it counts as sent, one without a place in words", async () => {
  const campaign = await begun({ emails: ["drop-listed@example.test"] });
  const listed = (is: "unknown" | "queued") =>
    withTenant(campaign.scope, async (tx) => {
      const { rows } = await listCountedMessages(tx, { id: campaign.campaignId, is });
      return { message: rows[0], now: await appNow(tx) };
    });
  const { message, now } = await listed("unknown");
  expectIn(minutesTo(message?.at ?? null, now), day, "it counts as sent");
  expect(message?.why).toMatch(/\S/);
  const without = sql`scheduled_for = null, campaign_day = null, mailbox_day = null, recipient_day = null, send_before = null`;
  await change(
    campaign,
    sql`update content.email_messages set delivery_status = 'queued', reason_code = 'awaiting_slot', error = null, smtp_response = null,
      ${without}, next_attempt_at = app_now() - interval '1 hour' where campaign_id = ${of(campaign)}`,
  );
  await change(
    campaign,
    sql`update step_drivers set wakes_at = app_now(), not_before = app_now() + interval '9 hours' where campaign_id = ${of(campaign)}`,
  );
  const queued = await listed("queued");
  expect(queued.message?.why).toBe(
    "It has no place in the queue at the moment, and gets one when its step can send again.",
  );
  expectIn(minutesTo(queued.message?.at ?? null, queued.now), 9 * 60, "its step looks again");
});

test("work that nobody takes up is told from work that waits, and a missing worker from a busy one", async () => {
  const campaign = await newCampaign({ emails: people(1) });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("campaign/step.due");
  expect((await answers(campaign)).code).toBe("next_email");
  await moveClock("3 minutes");
  const late = await answers(campaign);
  expect(late.code).toBe("no_worker");
  expectIn(late.in, 0, "it is called for again");
  const url = "http://127.0.0.1:1/why";
  await asOwner(
    (owner) => owner`insert into queue.workers (url, beat_at) values (${url}, clock_timestamp())`,
  );
  expect((await answers(campaign)).code).toBe("late");
  await asOwner((owner) => owner`delete from queue.workers where url = ${url}`);
});

/** Only a person moves them on: there is no next try to show. */
const byHandOnly: readonly WaitReason[] = ["config_error", "do_not_disturb"];

test("whatever somebody waits for, the people of the campaign and the contact say it in words, with the next try", async () => {
  const reasons = Object.keys(waitReasons) as WaitReason[];
  const campaign = await begun({ emails: people(reasons.length), steps: [wait, emailStep()] });
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(sql`
      update campaign_contacts e set wait_reason = r.reason, next_email_scheduled_at = case
        when r.reason <> all(${sql.param([...byHandOnly])}::text[]) then app_now() + interval '1 hour' end
      from unnest(${sql.param(reasons)}::text[], ${sql.param(campaign.contactIds)}::uuid[]) as r (reason, contact_id)
      where e.contact_id = r.contact_id`);
    const now = await appNow(tx);
    const rows: Awaited<ReturnType<typeof listPeople>>["rows"] = [];
    for (let after: string | undefined, more = true; more;) {
      const page = await listPeople(tx, { id: campaign.campaignId, after });
      rows.push(...page.rows);
      after = page.next ?? undefined;
      more = page.next !== null;
    }
    expect(rows.map(({ reason }) => reason).sort()).toEqual([...reasons].sort());
    for (const { contactId, reason, why, nextAt } of rows) {
      const words = waitReasons[reason as WaitReason];
      const minutes = byHandOnly.includes(reason as WaitReason) ? null : hour;
      expect.soft(why).toBe(words);
      expectIn(minutesTo(nextAt, now), minutes, `${reason}: they go on`);
      const contact = await answerForContact(tx, contactId);
      expect.soft([contact.code, contact.text]).toEqual([reason, expect.stringContaining(words)]);
      expectIn(minutesTo(contact.at, now), minutes, `${reason}: the contact goes on`);
    }
  });
});
