import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { sinks } from "#server/messages/testing-sinks";
import { actOnPeople } from "./person-acts.ts";
import type { PersonAct } from "./schema.ts";
import { createRunner, emailStep, launch, ledger, newCampaign, places, type Started } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const act = async (campaign: Started, one: PersonAct, emails: readonly string[]) => {
  const ids = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ id: string }>(sql`
      select e.id from campaign_contacts e join contacts c on c.id = e.contact_id
      where e.campaign_id = ${campaign.campaignId}::uuid and c.email = any(${sql.param([...emails])}::text[])`),
  );
  const { changed } = await commitThenSend(campaign.scope, (tx) =>
    actOnPeople(tx, {
      campaignId: campaign.campaignId,
      enrollmentIds: ids.map(({ id }) => id),
      act: one,
      actorId: campaign.userId,
    }),
  );
  await runner.settle();
  return changed;
};
const sentTo = async (campaign: Started) =>
  (await ledger(campaign)).filter((row) => row.sent_at !== null).map((row) => row.to_email);
const statusOf = async (campaign: Started) =>
  Object.fromEntries((await places(campaign)).map(({ email, status }) => [email, status]));

const wait = { stepType: "wait" as const, waitDuration: { value: 2, unit: "days" } };

test("a person who is paused gets nothing and keeps the clock; resumed, they go on at once; taken out, never", async () => {
  const campaign = await newCampaign({
    emails: ["held@example.test", "gone@example.test", "free@example.test"],
    steps: [wait, emailStep()],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await act(campaign, "pause", ["held@example.test"])).toBe(1);
  expect(await act(campaign, "exit", ["gone@example.test"])).toBe(1);
  await runner.pass("1 day", 3);
  expect(await sentTo(campaign)).toEqual(["free@example.test"]);
  expect(await statusOf(campaign)).toEqual({
    "held@example.test": "paused",
    "gone@example.test": "exited",
    "free@example.test": "completed",
  });
  // Whom an act does not fit stays as they are.
  expect(await act(campaign, "resume", ["gone@example.test", "free@example.test"])).toBe(0);
  expect(await act(campaign, "resume", ["held@example.test"])).toBe(1);
  expect((await sentTo(campaign)).sort()).toEqual(["free@example.test", "held@example.test"]);
});

test("a step is skipped with what it had queued; the next one begins then", async () => {
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  const campaign = await newCampaign({
    emails: ["now@example.test", "soon@example.test"],
    steps: [emailStep({ id: first }), { ...wait, id: second }, emailStep({ subjectLine: "Second" })],
    settings: {
      no_limits: false,
      send_window_start: "00:00",
      send_window_end: "00:00",
      daily_limit: 50,
      send_days: sql.param(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
      delay_between_emails_seconds: 600,
    },
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const [sent = ""] = await sentTo(campaign);
  const other = sent === "now@example.test" ? "soon@example.test" : "now@example.test";
  expect(await act(campaign, "skip", [other])).toBe(1);
  const rows = await ledger(campaign);
  expect(rows.find((row) => row.to_email === other)?.delivery_status).toBe("cancelled");
  const standing = await places(campaign);
  expect(standing.map(({ current_step_id }) => current_step_id)).toEqual([second, second]);
  const reserved = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ reserved: number }>(
      sql`select sum(reserved)::int as reserved from campaign_usage where campaign_id = ${campaign.campaignId}::uuid`,
    ),
  );
  expect(reserved[0]?.reserved).toBe(0);
});
