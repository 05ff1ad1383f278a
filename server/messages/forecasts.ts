import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { live } from "#server/ab-tests/queries";
import { freeAgain } from "#server/ab-tests/send-time";
import { contactZone, type ContactZone } from "#server/contacts/zone";
import { loadGraph } from "#server/enrollments/steps";
import { clockText, exactMax, forecast, type Forecast } from "#server/planner/forecast";
import type { Person, PersonalHold } from "#server/planner/persons";
import { spread } from "#server/planner/samples";
import type { Hold, Slot } from "#server/planner/slots";
import { boundTo, findRivals } from "./ahead.ts";
import { type BeginnerRow, type Beginning, loadBeginners } from "./beginners.ts";
import { dueSince } from "./due-since.ts";
import { findFirstTest } from "./first-test.ts";
import { type FirstEmail, followUpsOf } from "./follow-ups.ts";
import { loadPeople, personColumns, type PersonRow } from "./people.ts";
import { planRollout, type Rollout } from "./rollout.ts";
import type { Sending } from "./sending.ts";
import { maySkip, turnsOf } from "./skips.ts";
import { type ForecastTest, forecastTested } from "./test-forecast.ts";

/** A forecast in words; times are on the wall clock of the campaign's zone. `mailbox` sends the first email. */
export type WrittenForecast = Forecast & {
  firstAtText: string;
  finishesAtText: string | null;
  holdText: string | null;
  mailbox: string | null;
};

/** An email as somebody will get it: on their own clock, on the campaign's, and on that of the world. */
export type SampleEmail = {
  at: Date;
  ownText: string;
  text: string;
  utcText: string;
  mailbox: string | null;
};
/** `zone` is theirs, or the campaign's when nothing tells theirs (`zoneBy` null). `snoozed`: nobody writes to them before. */
export type Sample = {
  contactId: string;
  email: string;
  snoozed: boolean;
  zone: string;
  zoneBy: ContactZone["by"] | null;
  emails: SampleEmail[];
};

/** What every clock shows when a coordinated roll-out begins there, where first, where last, and in how many turns. */
export type WrittenRollout = { atText: string; first: string; last: string; turns: number };

/**
 * With the emails of some who are spread over the time zones, and over the time that it takes. `test`: of the first email; while
 * that leaves anybody behind its sample, the last emails leave at the time given at the earliest.
 */
export type LaunchForecast = WrittenForecast & {
  samples: Sample[];
  rollout: WrittenRollout | null;
  test: ForecastTest | null;
};

const holdTexts: Record<Hold | PersonalHold, string> = {
  outside_window: "The send window is shut until then.",
  blackout: "Nothing is sent on the workspace’s days without sending.",
  daily_limit: "The campaign’s emails for today are used up.",
  spacing: "The delay between two emails holds it back.",
  mailbox_rests: "Its mailbox rests until then.",
  mailbox_daily_limit: "The mailbox’s emails for today are used up.",
  mailbox_hourly_limit: "The mailbox’s emails for this hour are used up.",
  domain_daily_limit: "The emails of the mailbox’s domain for today are used up.",
  domain_hourly_limit: "The emails of the mailbox’s domain for this hour are used up.",
  workspace_daily_limit: "The workspace’s emails for today are used up.",
  workspace_hourly_limit: "The workspace’s emails for this hour are used up.",
  rollout: "The roll-out begins then.",
  skip_day: "Their turn comes on days on which emails are passed over.",
  recipient_window: "The send window is shut until then where the people are.",
  recipient_domain_limit: "Their companies have had their emails for today.",
  recipient_domain_hourly_limit: "Their domains have had their emails for this hour.",
  frequency_cap: "They have had enough emails for now.",
  higher_priority: "Campaigns of a higher priority write to them first.",
  own_mailbox: "The mailbox that wrote to them before has sent enough for now, or rests.",
  best_hour: "They tend to read at that time.",
};

type Ask = Beginning & {
  samples?: number;
  /** Somebody chose the time of the start. */
  chosen?: boolean;
  /** When the last of them is back of those who are snoozed. */
  snoozedUntil?: Date | null;
};

/** The first email of everybody whom `who` (over `contacts c`) chooses, launched at `from` (epoch ms); of those who get none for now, nothing. */
export async function forecastLaunch(
  tx: TenantTx,
  given: Sending,
  { from, count, who, samples = 0, chosen = false, together = true, snoozedUntil = null }: Ask,
): Promise<LaunchForecast | null> {
  if (count < 1 || given.course.mailboxes.length === 0) return null;
  const rollout = together ? await planRollout(tx, given, { from, chosen, who }) : null;
  const sending = rollout ? { ...given, rollout: rollout.local } : given;
  const graph = await loadGraph(tx, sending.campaignId);
  const tested = await findFirstTest(tx, graph);
  const beginning = { from, count, who, together };
  const { rows, people, firsts } = await loadBeginners(tx, sending, { graph, tested }, beginning);
  const reached = firsts.length === 0 ? count : Math.round((count * people.length) / firsts.length);
  const sampledPeople = spread(people, samples, from);
  const starts = new Map(firsts.map(({ id, first }) => [id, first?.stepId ?? null]));
  const rivals = await findRivals(tx, sending);
  const meanwhile = () => ({
    rivals,
    since: sending.now,
    ...followUpsOf(graph, {
      startOf: ({ id }) => starts.get(id) ?? null,
      skipping: sending.skipping,
    }),
  });
  const asked = {
    from,
    count: reached,
    people,
    lastDueAt: snoozedUntil?.getTime(),
    watch: new Set(sampledPeople.map(({ id }) => id)),
  };
  const { test, found } = tested
    ? forecastTested(sending.course, asked, {
        tested,
        isTested: ({ id }) => starts.get(id) === tested.step.id,
        snoozed: new Set(rows.flatMap(({ id, snoozed_until: until }) => (until === null ? [] : [id]))),
        together,
        meanwhile,
      })
    : { test: null, found: forecast(sending.course, { ...meanwhile(), ...asked }) };
  return (
    found && {
      ...written(sending, found),
      samples: sampled(sending, { rows, chosen: sampledPeople, ...found }),
      rollout: rollout && writtenRollout(rollout),
      test,
    }
  );
}

/** Whose first email would not be sent, since its turn comes on days on which none are; `silent` of them get no email at all. */
export type PassedOver = { people: number; silent: number };

/** Of everybody whom `who` chooses, launched at `from`; null when nobody is. Of very many it is an estimate. */
export async function countPassedOver(
  tx: TenantTx,
  given: Sending,
  { from, count, who, chosen = false, together = true }: Ask,
): Promise<PassedOver | null> {
  if (count < 1 || !given.skipping) return null;
  const rollout = together ? await planRollout(tx, given, { from, chosen, who }) : null;
  const sending = rollout ? { ...given, rollout: rollout.local } : given;
  const graph = await loadGraph(tx, sending.campaignId);
  const tested = await findFirstTest(tx, graph);
  const beginning = { from, count, who, together };
  const { firsts } = await loadBeginners(tx, sending, { graph, tested }, beginning);
  const share = (of: (first: FirstEmail | null) => boolean) =>
    Math.ceil((count * firsts.filter(({ first }) => of(first)).length) / firsts.length);
  const people = share((first) => first === null || first.passedOver > 0);
  return people === 0 ? null : { people, silent: share((first) => first === null) };
}

function writtenRollout({ local, regions }: Rollout): WrittenRollout {
  return {
    atText: clockText("UTC", new Date(local)),
    first: regions[0]?.[0] ?? "",
    last: regions.at(-1)?.[0] ?? "",
    turns: regions.length,
  };
}

type Watched = {
  rows: readonly BeginnerRow[];
  chosen: readonly Person[];
  watched: ReadonlyMap<string, Slot[]>;
};

/** Who gets the first of their emails first stands first. */
function sampled({ accounts, course }: Sending, { rows, chosen, watched }: Watched): Sample[] {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const zoneOfAll = course.campaign.zone;
  const samples = chosen.flatMap(({ id, zone }): Sample[] => {
    const row = rowOf.get(id);
    if (!row) return [];
    const emails = (watched.get(id) ?? []).map((slot): SampleEmail => {
      const at = new Date(slot.at);
      return {
        at,
        ownText: clockText(zone, at),
        text: clockText(zoneOfAll, at),
        utcText: clockText("UTC", at),
        mailbox: accounts.find((account) => account.id === slot.mailboxId)?.email ?? null,
      };
    });
    return [
      {
        contactId: row.contact_id,
        email: row.email,
        snoozed: row.snoozed_until !== null,
        zone,
        zoneBy: contactZone(row.clock)?.by ?? null,
        emails,
      },
    ];
  });
  const firstOf = ({ emails }: Sample) => emails[0]?.at.getTime() ?? Infinity;
  return samples.sort((a, b) => firstOf(a) - firstOf(b) || (a.email < b.email ? -1 : 1));
}

type Slotted = { count: number; first_at: Date | null; last_at: Date | null; account_id: string | null };

/**
 * The emails of a running campaign that are due: those with a slot leave as planned, the others take the slots after them.
 * While an email is tested, whoever waits for the winner is not due.
 */
export async function forecastDue(tx: TenantTx, sending: Sending): Promise<WrittenForecast | null> {
  const [slotted] = await tx.execute<Slotted>(sql`
    select count(*)::int as count, min(m.scheduled_for) as first_at, max(m.scheduled_for) as last_at,
      (array_agg(m.email_account_id order by m.scheduled_for))[1] as account_id
    from content.email_messages m join campaign_contacts e on e.awaiting_message_id = m.id
    where e.campaign_id = ${sending.campaignId}::uuid and e.status in ('enrolled', 'active') and m.scheduled_for is not null
      and m.delivery_status in ('queued', 'sending', 'deferred')`);
  const tested = sql`array(
    select t.step_id from ab_tests t where t.campaign_id = ${sending.campaignId}::uuid and t.${live})`;
  const standing = sql`
    from campaign_contacts e
    join campaign_steps s on s.id = e.current_step_id and s.step_type = 'email'
    left join content.email_messages m on m.id = e.awaiting_message_id
    where e.campaign_id = ${sending.campaignId}::uuid and e.status in ('enrolled', 'active')
      and coalesce(e.wait_reason, '') not in ('outcome_unknown', 'config_error', 'waiting_for_review', 'do_not_disturb')
      and (e.wait_reason is distinct from 'waiting_for_winner' or s.id <> all(${tested}))
      and (m.id is null or m.scheduled_for is null and m.delivery_status in ('queued', 'deferred'))`;
  const [more] = await tx.execute<{ count: number }>(sql`select count(*)::int as count ${standing}`);
  const { forecast: rest, left } = more?.count
    ? await forecastStanding(tx, sending, standing, more.count)
    : { forecast: null, left: 0 };
  const due = (slotted?.count ?? 0) + left;
  if (!slotted?.first_at) return rest && written(sending, { ...rest, count: due });
  return written(sending, {
    count: due,
    firstAt: slotted.first_at,
    mailboxId: slotted.account_id ?? "",
    atOnce: slotted.first_at.getTime() <= sending.now,
    hold: null,
    perDay: rest?.perDay ?? null,
    days: rest?.days ?? 1,
    finishesAt: left > 0 ? (rest?.finishesAt ?? null) : slotted.last_at,
  });
}

/** `left`: how many of the `count` get their email, and are not passed over for the day of their turn. */
async function forecastStanding(
  tx: TenantTx,
  sending: Sending,
  standing: SQL,
  count: number,
): Promise<{ forecast: Forecast | null; left: number }> {
  type Row = PersonRow & { step_id: string; since: Date | null; written: boolean };
  const found = await tx.execute<Row>(sql`
    select p.id, p.due_at, p.since, p.account_id, p.wait_reason, p.step_id, p.written, ${personColumns}
    from (
      select e.id, e.contact_id, e.current_step_id as step_id, m.id is not null as written,
        case when ${maySkip(sql`coalesce(m.attempts, 0)`)} then ${dueSince(sql`coalesce(m.next_attempt_at, e.next_email_scheduled_at)`)} end as since,
        coalesce(m.next_attempt_at, e.next_email_scheduled_at, app_now()) as due_at,
        case when m.id is null then e.pinned_account_id else ${boundTo} end as account_id, e.wait_reason ${standing}
      order by due_at, e.id limit ${exactMax}
    ) p join contacts c on c.id = p.contact_id order by p.due_at, p.id`);
  const turns = await turnsOf(
    tx,
    sending,
    found.flatMap((row) => (row.since === null ? [] : [{ ...row, due_at: row.since }])),
  );
  const rows = found.filter(({ id }) => !turns.has(id));
  const left = found.length === 0 ? 0 : Math.round((count * rows.length) / found.length);
  const graph = await loadGraph(tx, sending.campaignId);
  // Who is overdue keeps the place among the others that they have by that.
  const dueAgain = ({ due_at: at, written, wait_reason: hold, step_id: step }: Row): Date => {
    const time = graph.steps.get(step)?.sendTime ?? null;
    const free = freeAgain(graph, { time, until: at.getTime(), hold: hold ?? "" });
    return written || free <= sending.now ? at : new Date(free);
  };
  const people = await loadPeople(
    tx,
    sending,
    rows.map((row) => ({ ...row, due_at: dueAgain(row) })),
  );
  const places = new Map(rows.map((row) => [row.id, row.step_id]));
  const meanwhile = followUpsOf(graph, {
    startOf: ({ id }) => places.get(id) ?? null,
    skipping: sending.skipping,
  });
  const rivals = await findRivals(tx, sending);
  return {
    forecast: forecast(sending.course, { from: sending.now, count: left, people, rivals, ...meanwhile }),
    left,
  };
}

function written(
  { accounts, course }: Sending,
  { watched: _watched, ...found }: Forecast & { watched?: unknown },
): WrittenForecast {
  const { zone } = course.campaign;
  return {
    ...found,
    firstAtText: clockText(zone, found.firstAt),
    finishesAtText: found.finishesAt && clockText(zone, found.finishesAt),
    holdText: found.hold && holdTexts[found.hold],
    mailbox: accounts.find(({ id }) => id === found.mailboxId)?.email ?? null,
  };
}
