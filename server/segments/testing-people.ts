import fc from "fast-check";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { createCampaign, createContacts, createList } from "#db/factories";
import type { contacts } from "#db/schema/contacts";
import type { TenantTx } from "#db/tenancy";
import { contactStatuses, lifecycleStages } from "./schema.ts";

/** A message to somebody, and what came of it. */
type Message = {
  campaign: number;
  step: number;
  sentAt: Date | null;
  bouncedAt: Date | null;
  repliedAt: Date | null;
  isTest: boolean;
  events: { type: "opened" | "clicked"; at: Date; isMachine: boolean; url: string; agent: string }[];
};

/** Somebody as rules see them. Campaigns, lists and imports are numbers into those of the world. */
export type Person = {
  text: Record<string, string | null>;
  status: string;
  stage: string;
  score: number;
  dates: Record<string, Date | null>;
  custom: Record<string, unknown>;
  tags: string[];
  lists: number[];
  campaigns: number[];
  import: number | null;
  messages: Message[];
};

export type World = {
  people: (Person & { id: string })[];
  lists: string[];
  campaigns: { id: string; steps: string[] }[];
  imports: string[];
};

/** Programs by what they call themselves, each with the device it runs on; null where nobody can tell. */
export const agents = new Map<string, string | null>([
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36", "desktop"],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
    "desktop",
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0", "desktop"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "phone"],
  ["Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36", "phone"],
  ["Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "tablet"],
  ["Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537.36 Chrome/141.0 Safari/537.36", "tablet"],
  ["Outlook", null],
  ["", null],
]);

export const textColumns = ["first_name", "company", "city", "country", "timezone"] as const;
export const dateColumns = ["last_activity_at", "last_opened_at", "last_replied_at"] as const;
export const tagNames = ["vip", "Trial", "ä b", "x"] as const;

/** Few letters, so that texts meet; the signs are those that LIKE, SQL and JSON care about. */
export const word = fc.oneof(
  fc.constantFrom(
    "Acme",
    "acme",
    "ÄRZTE",
    "ärzte",
    "100%",
    "a_b",
    "O'Hara",
    'say "hi"',
    "back\\slash",
    "  x ",
  ),
  fc.string({ unit: fc.constantFrom("a", "B", "ä", "%", "_", "'", '"', "\\", " ", "1"), maxLength: 4 }),
);
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { freq: 3 });

/** A day and a half about the boundaries of windows: months ago, days ago, today, soon. */
const instant = (now: Date) =>
  fc
    .tuple(
      fc.constantFrom(-800, -366, -365, -90, -31, -30, -8, -7, -2, -1, 0, 1, 6, 30),
      fc.integer({ min: -40, max: 40 }),
    )
    .map(([days, hours]) => new Date(now.getTime() + days * 86_400_000 + hours * 3_600_000 + 1000));
const past = (now: Date) =>
  instant(now).map((at) => (at > now ? new Date(2 * now.getTime() - at.getTime()) : at));
const day = (now: Date) => instant(now).map((at) => at.toISOString().slice(0, 10));

const custom = (now: Date) =>
  fc.record(
    {
      plan: fc.oneof(word, fc.constant(null)),
      seats: fc.oneof(
        fc.integer({ min: -3, max: 12 }),
        fc.constantFrom(2.5, "7", " 7.5 ", "seven", "1e3", true, ""),
      ),
      renewal: fc.oneof(
        day(now),
        day(now).map((text) => `${text}T10:00:00Z`),
        fc.constantFrom("soon", "2024-02-29", "9999-12-31"),
      ),
      active: fc.boolean(),
      colours: fc.oneof(
        fc.uniqueArray(fc.constantFrom("Red", "green", "BLUE"), { maxLength: 3 }),
        fc.constant("red"),
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  );

const message = (now: Date): fc.Arbitrary<Message> =>
  fc.record({
    campaign: fc.nat(1),
    step: fc.nat(1),
    sentAt: maybe(past(now)),
    bouncedAt: fc.option(past(now), { freq: 1 }),
    repliedAt: fc.option(past(now), { freq: 1 }),
    isTest: fc.constantFrom(false, false, false, true),
    events: fc.array(
      fc.record({
        type: fc.constantFrom("opened" as const, "clicked" as const),
        at: past(now),
        isMachine: fc.boolean(),
        agent: fc.constantFrom(...agents.keys()),
        url: fc.constantFrom(
          "https://acme.test/Pricing?x=1",
          "https://acme.test/demo",
          "https://acme.test/100%_off",
        ),
      }),
      { maxLength: 4 },
    ),
  });

export const person = (now: Date): fc.Arbitrary<Person> =>
  fc.record({
    text: fc.record(Object.fromEntries(textColumns.map((name) => [name, maybe(word)]))),
    status: fc.constantFrom(...contactStatuses),
    stage: fc.constantFrom(...lifecycleStages),
    score: fc.integer({ min: 0, max: 100 }),
    dates: fc.record(Object.fromEntries(dateColumns.map((name) => [name, maybe(instant(now))]))),
    custom: custom(now),
    tags: fc.uniqueArray(fc.constantFrom(...tagNames), { maxLength: 3 }),
    lists: fc.uniqueArray(fc.nat(1), { maxLength: 2 }),
    campaigns: fc.uniqueArray(fc.nat(1), { maxLength: 2 }),
    import: maybe(fc.nat(1)),
    messages: fc.array(message(now), { maxLength: 3 }),
  });

/** Writes people into the workspace of the transaction. */
export async function settle(tx: TenantTx, drawn: readonly Person[]): Promise<World> {
  const ids = await createContacts(
    tx,
    drawn.map((one, index): typeof contacts.$inferInsert => ({
      ...{ email: `p${index}@World.test`, emailNormalized: `p${index}@world.test` },
      firstName: one.text.first_name,
      company: one.text.company,
      city: one.text.city,
      country: one.text.country,
      timezone: one.text.timezone,
      status: contactStatuses.find((status) => status === one.status),
      lifecycleStage: lifecycleStages.find((stage) => stage === one.stage),
      leadScore: one.score,
      lastActivityAt: one.dates.last_activity_at,
      lastOpenedAt: one.dates.last_opened_at,
      lastRepliedAt: one.dates.last_replied_at,
      customFields: one.custom,
    })),
  );
  const people = drawn.map((one, index) => ({ ...one, id: ids[index] ?? "" }));
  const imports = [v7(), v7()];
  const having = (holds: (one: Person) => boolean) => people.filter(holds).map(({ id }) => id);
  for (const [index, id] of imports.entries())
    await tx.execute(sql`update contacts set first_source_import_id = ${id}::uuid
      where id = any(${sql.param(having((one) => one.import === index))}::uuid[])`);
  for (const name of tagNames)
    await tx.execute(sql`with tag as (insert into tags (name) values (${name}) returning id)
      insert into contact_tags (contact_id, tag_id)
      select unnest(${sql.param(having(({ tags }) => tags.includes(name)))}::uuid[]), tag.id from tag`);
  const lists: string[] = [];
  const campaigns: World["campaigns"] = [];
  for (const index of [0, 1]) {
    const members = having((one) => one.lists.includes(index));
    lists.push(await createList(tx, { name: `List ${index}`, contactIds: members }));
    const steps = [{ stepType: "email" as const }, { stepType: "email" as const }];
    const { campaignId, stepIds } = await createCampaign(tx, { steps });
    campaigns.push({ id: campaignId, steps: stepIds });
    const enrolled = having((one) => one.campaigns.includes(index));
    await tx.execute(sql`insert into campaign_contacts (campaign_id, contact_id, status)
      select ${campaignId}::uuid, id, 'completed' from unnest(${sql.param(enrolled)}::uuid[]) as id`);
  }
  const world = { people, lists, campaigns, imports };
  await mail(tx, world);
  return world;
}

async function mail(tx: TenantTx, { people, campaigns }: World): Promise<void> {
  const messages = people.flatMap((one) =>
    one.messages.map(({ events, ...rest }) => {
      const first = (type: string) =>
        events
          .filter((event) => event.type === type && !event.isMachine)
          .map(({ at }) => at.toISOString())
          .sort()[0] ?? null;
      const { id: campaign = null, steps = [] } = campaigns[rest.campaign] ?? {};
      return {
        ...rest,
        ...{ id: v7(), contact: one.id, campaign, step: steps[rest.step] ?? null },
        ...{ opened: first("opened"), clicked: first("clicked"), events },
      };
    }),
  );
  // Links of a test mail count nothing.
  const counted = messages.filter(({ isTest }) => !isTest);
  const events = counted.flatMap((one) => one.events.map((event) => ({ ...one, ...event, sentAt: null })));
  await tx.execute(sql`insert into content.email_messages
      (id, contact_id, campaign_id, step_id, from_email, to_email, sent_at, bounced_at, replied_at, is_test, first_opened_at, first_clicked_at)
    select id, contact, campaign, step, 'a@world.test', 'b@world.test', "sentAt", "bouncedAt", "repliedAt", "isTest", opened, clicked
    from jsonb_to_recordset(${JSON.stringify(messages)}::jsonb) as m (id uuid, contact uuid, campaign uuid, step uuid,
      "sentAt" timestamptz, "bouncedAt" timestamptz, "repliedAt" timestamptz, "isTest" boolean, opened timestamptz, clicked timestamptz)`);
  await tx.execute(sql`insert into email_events (message_id, contact_id, campaign_id, step_id, type, occurred_at, is_machine, url, user_agent)
    select id, contact, campaign, step, type, at, "isMachine", url, agent
    from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as e (id uuid, contact uuid, campaign uuid, step uuid,
      type text, at timestamptz, "isMachine" boolean, url text, agent text)`);
}
