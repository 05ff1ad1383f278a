import type postgres from "postgres";
import type { Done } from "./kills.ts";
import { holders, pacedLimit, pacedZone } from "./plan.ts";
import type { Entry } from "./sink-history.ts";
import type { Launched, World } from "./world.ts";

/*
 * What DESIGN calls invariants, asked of the mail server's history and of the database. The history decides what has
 * arrived: nothing of the product has written it.
 */

export type Message = {
  id: string;
  rfc_message_id: string;
  campaign_id: string;
  to_email: string;
  delivery_status: string;
  claimed_at: Date | null;
  claim_token: string | null;
  subject: string | null;
  step_order: number;
};
export type Enrollment = { campaign_id: string; email: string; status: string; exit_reason: string | null };
export type Facts = {
  world: Pick<World, "campaigns" | "unsubscribed" | "suppressed" | "stops" | "overtaken" | "breaches">;
  /** Of this round, in order. */
  history: readonly Entry[];
  messages: readonly Message[];
  enrollments: readonly Enrollment[];
  kills: readonly Done[];
  /** How many messages of a mailbox may be in hand at a time. */
  groupSize: number;
};

export const loadFacts = async (
  sql: postgres.Sql,
  { tenant: { tenantId } }: World,
): Promise<Pick<Facts, "messages" | "enrollments"> & { users: string[] }> => ({
  users: (await sql<{ email: string }[]>`select email from users`).map(({ email }) => email),
  messages: await sql<Message[]>`
    select m.id, m.rfc_message_id, m.campaign_id, m.to_email, m.delivery_status, m.claimed_at, m.claim_token, m.subject, s.step_order
    from content.email_messages m join campaign_steps s on s.id = m.step_id
    where m.tenant_id = ${tenantId} and m.direction = 'outbound' and not m.is_test`,
  enrollments: await sql<Enrollment[]>`
    select e.campaign_id, c.email, e.status, e.exit_reason from campaign_contacts e
    join contacts c on c.id = e.contact_id where e.tenant_id = ${tenantId}`,
});

/** `breaches` are sentences; the counts are those of the table. */
export type Findings = {
  breaches: string[];
  messages: number;
  lost: number;
  doubled: number;
  unknown: number;
  afterStop: number;
  /** How long after a pause was answered the last email of its campaign arrived that had been claimed before (ms). */
  stopMs: number;
  /** The most messages of one mailbox that were in hand at a kill. */
  inHand: number;
};

export function examine(facts: Facts): Findings {
  const doubled = findDoubled(facts);
  const lost = findLost(facts);
  const afterStop = findAfterStop(facts);
  const unknown = facts.messages.filter((message) => message.delivery_status === "unknown");
  return {
    breaches: [
      ...facts.world.breaches,
      ...doubled,
      ...lost,
      ...afterStop,
      ...findUnexplained(facts, unknown),
      ...findUnpaced(facts),
    ],
    messages: facts.history.filter(({ event }) => event === "taken").length,
    lost: lost.length,
    doubled: doubled.length,
    unknown: unknown.length,
    afterStop: afterStop.length,
    stopMs: stopMsOf(facts),
    inHand: Math.max(
      0,
      ...facts.kills.flatMap(({ inHand }) => [...inHand.values()].map((ids) => ids.length)),
    ),
  };
}

const taken = ({ history }: Facts) => history.filter(({ event }) => event === "taken");

/** Nothing arrives twice: not one Message-ID, and not one email of a campaign for one address. */
function findDoubled(facts: Facts): string[] {
  const twice = (what: string, key: (entry: Entry) => string) =>
    [...Map.groupBy(taken(facts), key)]
      .filter(([, entries]) => entries.length > 1)
      .map(([name, entries]) => {
        const times = entries
          .map(({ at, messageId }) => `${new Date(at).toISOString()} ${messageId}`)
          .join(", ");
        return `doubled: ${what} ${name} arrived ${entries.length} times (${times})`;
      });
  const byEmail = twice("to", ({ to, subject }) => `${to}, "${subject}"`);
  return byEmail.length > 0 ? byEmail : twice("Message-ID", ({ messageId }) => messageId ?? "");
}

const mayArrive = new Set(["sent", "unknown"]);

/**
 * Whoever is through has a message for every email, which arrived or is of unknown fate; what the ledger calls sent
 * arrived, and what arrived it calls sent or unknown. Whoever is out has a reason that happened.
 */
function findLost(facts: Facts): string[] {
  const { world, messages, enrollments, history } = facts;
  const arrived = new Set(taken(facts).map(({ messageId }) => messageId));
  const refused = new Set(history.flatMap(({ event, to }) => (event === "refused" ? [to] : [])));
  const byPerson = Map.groupBy(messages, ({ campaign_id, to_email }) => `${campaign_id} ${to_email}`);
  const found = messages.flatMap(({ rfc_message_id, to_email, delivery_status, subject }) => {
    if (delivery_status === "sent" && !arrived.has(rfc_message_id))
      return [`lost: "${subject}" to ${to_email} is sent, and never arrived`];
    if (!mayArrive.has(delivery_status) && arrived.has(rfc_message_id))
      return [`lost: "${subject}" to ${to_email} arrived, and is ${delivery_status}`];
    return [];
  });
  for (const campaign of world.campaigns) {
    const people = enrollments.filter(({ campaign_id }) => campaign_id === campaign.id);
    if (people.length !== campaign.people.length)
      found.push(
        `lost: ${people.length} of ${campaign.people.length} people are in "${campaign.subjects[0]}"`,
      );
    for (const person of people) {
      const theirs = byPerson.get(`${campaign.id} ${person.email}`) ?? [];
      const problem = wrongEnd(person, { theirs, campaign, refused, world });
      if (problem) found.push(`lost: ${person.email} in "${campaign.subjects[0]}" ${problem}`);
    }
  }
  return found;
}

type Around = { theirs: Message[]; campaign: Launched; refused: ReadonlySet<string>; world: Facts["world"] };

function wrongEnd(person: Enrollment, { theirs, campaign, refused, world }: Around): string | null {
  const { email, status, exit_reason } = person;
  if (status === "completed") {
    const may = theirs.filter(({ delivery_status }) => mayArrive.has(delivery_status)).length;
    return may === campaign.subjects.length
      ? null
      : `is through with ${may} of ${campaign.subjects.length} emails`;
  }
  if (status === "bounced") return refused.has(email) ? null : "is bounced, and was never refused";
  if (status === "unsubscribed")
    return world.unsubscribed.has(email) ? null : "is unsubscribed, and never asked";
  if (status === "exited" && exit_reason === "suppressed")
    return world.suppressed.has(email) ? null : "left as suppressed, and never was";
  return `is ${status} (${exit_reason ?? "no reason"}) at the end`;
}

/**
 * Nothing is claimed after a stop was answered: neither by its own word, nor by what had been claimed when the stop was
 * answered. What had been, a group of each mailbox at most, still leaves.
 */
function findAfterStop(facts: Facts): string[] {
  const { world, messages, groupSize } = facts;
  const arrived = new Set(taken(facts).map(({ messageId }) => messageId));
  const found: string[] = [];
  for (const { rfc_message_id, campaign_id, to_email, claimed_at, subject } of messages) {
    if (!claimed_at || !arrived.has(rfc_message_id)) continue;
    const stopped = world.campaigns.find(({ id }) => id === campaign_id)?.stopped ?? [];
    if (stopped.some(({ from, to }) => from < claimed_at && claimed_at < to))
      found.push(`after stop: "${subject}" to ${to_email} was claimed while its campaign was paused`);
    for (const [asked, what] of [
      [world.unsubscribed.get(to_email), "they asked for no more"],
      [world.suppressed.get(to_email), "they were suppressed"],
    ] as const)
      if (asked && asked < claimed_at)
        found.push(`after stop: "${subject}" to ${to_email} was claimed after ${what}`);
  }
  for (const { what, answered, claimed, inHand, late } of arrivalsAfterStops(facts)) {
    for (const { id, entry } of late)
      if (!claimed.has(id))
        found.push(
          `after stop: "${entry.subject}" to ${entry.to} arrived ${entry.at - answered} ms after it was ${what}, and had not been claimed by then`,
        );
    for (const [mailbox, count] of inHand)
      if (count > groupSize) found.push(`after stop: ${count} messages of mailbox ${mailbox} were in hand`);
  }
  return [...new Set(found)];
}

/** The stops, each with what arrived while it held and is concerned by it. */
function arrivalsAfterStops(facts: Facts) {
  const byMessageId = new Map(facts.messages.map((message) => [message.rfc_message_id, message]));
  const arrivals = taken(facts).flatMap((entry) => {
    const message = byMessageId.get(entry.messageId ?? "");
    return message ? [{ entry, id: message.id, message }] : [];
  });
  return facts.world.stops.map((stop) => ({
    ...stop,
    late: arrivals.filter(
      ({ entry: { at, to }, message }) =>
        stop.since < at && at < stop.till && (message.campaign_id === stop.campaignId || to === stop.to),
    ),
  }));
}

const stopMsOf = (facts: Facts): number =>
  Math.max(
    0,
    ...arrivalsAfterStops(facts).flatMap(({ what, answered, late }) =>
      what === "paused" ? late.map(({ entry }) => entry.at - answered) : [],
    ),
  );

/**
 * No more than a group for each mailbox is in hand at a kill. And nothing is unknown but for a cause: its holder ended while
 * it had that very claim (another part's end takes nothing out of anybody's hands), the mail server left, or the clock was
 * moved over a lease as it was taken.
 */
function findUnexplained({ world, kills, history, groupSize }: Facts, unknown: readonly Message[]): string[] {
  const fatal = kills.filter(({ kill: { part, also } }) => holders.has(part) || (also && holders.has(also)));
  const caused = new Set([
    ...fatal.flatMap(({ inHand }) => [...inHand.values()].flat().map(({ claim }) => claim)),
    ...world.overtaken,
  ]);
  const left = new Set(history.flatMap(({ event, to }) => (event === "left" ? [to] : [])));
  const stray = unknown.filter(
    ({ claim_token, to_email }) => !caused.has(claim_token ?? "") && !left.has(to_email),
  );
  const many = kills.flatMap(({ inHand, kill }) =>
    [...inHand].flatMap(([mailbox, ids]) =>
      ids.length > groupSize
        ? [`unknown: at the kill of ${kill.part} ${ids.length} messages of mailbox ${mailbox} were in hand`]
        : [],
    ),
  );
  return [
    ...many,
    ...stray.map(
      ({ to_email, subject }) => `unknown: "${subject}" to ${to_email} is of unknown fate without a cause`,
    ),
  ];
}

/** Nothing is claimed outside of the window, and no day has more than its limit. */
function findUnpaced({ world, messages }: Facts): string[] {
  const paced = new Set(world.campaigns.flatMap(({ id, kind }) => (kind === "paced" ? [id] : [])));
  const hourOf = new Intl.DateTimeFormat("en-GB", { timeZone: pacedZone, hour: "2-digit", hourCycle: "h23" });
  const dayOf = new Intl.DateTimeFormat("sv-SE", { timeZone: pacedZone, dateStyle: "short" });
  const gone = messages.filter((one) => paced.has(one.campaign_id) && mayArrive.has(one.delivery_status));
  const found = gone.flatMap(({ claimed_at, to_email }) => {
    const hour = Number(claimed_at ? hourOf.format(claimed_at) : 0);
    return hour >= 9 && hour < 17 ? [] : [`outside the window: ${to_email} at ${claimed_at?.toISOString()}`];
  });
  const days = Map.groupBy(
    gone,
    ({ campaign_id, claimed_at }) => `${campaign_id} ${claimed_at ? dayOf.format(claimed_at) : ""}`,
  );
  for (const [day, some] of days)
    if (some.length > pacedLimit) found.push(`over the limit: ${some.length} on ${day}`);
  return found;
}
