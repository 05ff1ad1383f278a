import { expect, test } from "vitest";
import { type Enrollment, examine, type Facts, type Message } from "./invariants.ts";
import type { Done } from "./kills.ts";
import type { Part } from "./plan.ts";
import type { Entry } from "./sink-history.ts";
import type { Stop } from "./stops.ts";

const at = (text: string) => new Date(`2026-11-23T${text}:00Z`);
const person = "ana@example.test";
const message = (some: Partial<Message> = {}): Message => ({
  id: "m1",
  rfc_message_id: "<m1@x>",
  campaign_id: "c1",
  to_email: person,
  delivery_status: "sent",
  claimed_at: at("10:00"),
  claim_token: "claim",
  subject: "One",
  step_order: 1,
  ...some,
});
const taken = (some: Partial<Entry> = {}): Entry => ({
  at: 1_000,
  event: "taken",
  to: person,
  messageId: "<m1@x>",
  subject: "One",
  ...some,
});
const through: Enrollment = { campaign_id: "c1", email: person, status: "completed", exit_reason: null };

type Told = Partial<Omit<Facts, "world">> & { world?: Partial<Facts["world"]> };
/** One person who got the one email of a paced campaign, and what is told instead. */
const breachesOf = ({ world, ...told }: Told): string[] => {
  const campaign = { id: "c1", kind: "paced", people: [person], subjects: ["One"], stopped: [] } as const;
  return examine({
    history: [taken()],
    messages: [message()],
    enrollments: [through],
    kills: [],
    groupSize: 200,
    ...told,
    world: {
      campaigns: [
        { ...campaign, people: [...campaign.people], subjects: [...campaign.subjects], stopped: [] },
      ],
      unsubscribed: new Map(),
      suppressed: new Map(),
      stops: [],
      overtaken: new Set(),
      breaches: [],
      ...world,
    },
  }).breaches;
};
const paused = (from: string, to: string) => ({
  campaigns: [
    {
      ...{ id: "c1", kind: "paced" as const, people: [person], subjects: ["One"] },
      stopped: [{ from: at(from), to: at(to) }],
    },
  ],
});
const stop = (some: Partial<Stop>): Stop => ({
  ...{ what: "paused", campaignId: "c1", to: null },
  ...{ answered: 500, since: 600, till: 2_000, claimed: new Set(), inHand: new Map(), ...some },
});
const inHand = (count: number, part: Part = "worker", claim = "claim"): Done[] => [
  {
    kill: { part, also: null, which: 0, moment: { afterMs: 1 } },
    stood: true,
    inHand: new Map([["mailbox", Array.from({ length: count }, (_, n) => ({ id: `m${n}`, claim }))]]),
    backMs: 1,
  },
];
const unknown = [message({ delivery_status: "unknown" })];

test("what went as promised is no breach", () => {
  expect(breachesOf({})).toEqual([]);
  expect(breachesOf({ messages: unknown, kills: inHand(200) })).toEqual([]);
  expect(breachesOf({ messages: unknown, kills: inHand(200, "postgres") })).toEqual([]);
  const [atEngine] = inHand(1, "engine");
  const withWorker = { ...atEngine!, kill: { ...atEngine!.kill, also: "worker" as const } };
  expect(breachesOf({ messages: unknown, kills: [withWorker] })).toEqual([]);
  expect(breachesOf({ messages: unknown, world: { overtaken: new Set(["claim"]) } })).toEqual([]);
  expect(breachesOf({ messages: unknown, history: [taken(), taken({ event: "left" })] })).toEqual([]);
  expect(breachesOf({ world: paused("10:01", "10:02") })).toEqual([]);
  const claimed = new Set(["m1"]);
  expect(breachesOf({ world: { stops: [stop({ claimed, inHand: new Map([["mailbox", 200]]) })] } })).toEqual(
    [],
  );
  expect(breachesOf({ world: { stops: [stop({ till: 900 }), stop({ campaignId: "c2" })] } })).toEqual([]);
  const suppressed = new Map([[person, at("11:00")]]);
  const left = { ...through, status: "exited", exit_reason: "suppressed" };
  expect(breachesOf({ world: { suppressed }, enrollments: [left] })).toEqual([]);
});

test.each<[string, RegExp, Told]>([
  ["a Message-ID that arrives twice", /^doubled/, { history: [taken(), taken({ at: 2_000 })] }],
  ["an email that arrives under two", /^doubled/, { history: [taken(), taken({ messageId: "<m2@x>" })] }],
  ["what is sent and never arrived", /never arrived/, { history: [] }],
  [
    "what arrived and is to be sent",
    /arrived, and is queued/,
    { messages: [message({ delivery_status: "queued" })] },
  ],
  ["who is through without an email", /0 of 1 emails/, { messages: [], history: [] }],
  ["who stands still", /is active/, { enrollments: [{ ...through, status: "active" }] }],
  ["who is not in it", /0 of 1 people/, { enrollments: [] }],
  ["who bounced by nobody's word", /never refused/, { enrollments: [{ ...through, status: "bounced" }] }],
  ["who left by nobody's wish", /never asked/, { enrollments: [{ ...through, status: "unsubscribed" }] }],
  ["a claim in a pause", /^after stop/, { world: paused("09:59", "10:01") }],
  ["a claim after a wish", /^after stop/, { world: { unsubscribed: new Map([[person, at("09:59")]]) } }],
  ["a claim after a suppression", /^after stop/, { world: { suppressed: new Map([[person, at("09:59")]]) } }],
  [
    "who left as suppressed and was not",
    /never was/,
    { enrollments: [{ ...through, status: "exited", exit_reason: "suppressed" }] },
  ],
  [
    "what arrives in a pause and was not claimed before",
    /500 ms after it was paused/,
    { world: { stops: [stop({})] } },
  ],
  [
    "what arrives at somebody suppressed and was not claimed before",
    /was suppressed, and had not/,
    { world: { stops: [stop({ what: "suppressed", campaignId: null, to: person, till: Infinity })] } },
  ],
  [
    "more than a group on its way at a pause",
    /^after stop: 201/,
    { world: { stops: [stop({ claimed: new Set(["m1"]), inHand: new Map([["mailbox", 201]]) })] } },
  ],
  ["unknown by nothing", /without a cause/, { messages: unknown }],
  ["unknown by the web server's end", /without a cause/, { messages: unknown, kills: inHand(1, "web") }],
  ["unknown by the engine's end", /without a cause/, { messages: unknown, kills: inHand(1, "engine") }],
  [
    "unknown by a later claim than that which died",
    /without a cause/,
    { messages: unknown, kills: inHand(1, "worker", "an earlier one") },
  ],
  ["too many in hand", /201 messages/, { kills: inHand(201) }],
  ["a claim at night", /^outside the window/, { messages: [message({ claimed_at: at("03:00") })] }],
])("%s is", (_, breach, told) => {
  expect(breachesOf(told).join("; ")).toMatch(breach);
});
