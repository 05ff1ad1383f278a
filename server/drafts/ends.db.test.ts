import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createSession, type StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { wakeNow } from "#server/drivers/mutations";
import { startStep, workOnStep } from "#server/enrollments/run";
import { createRunner, emailStep, launch, newCampaign, places } from "#server/enrollments/testing";
import { queueMessages } from "#server/messages/queue";
import { claim, settle, statuses, takeLane } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** A running campaign whose first email is reviewed, with its reviewer, and the drafts that wait. */
async function reviewed(names: readonly string[], values: Partial<StepValues> = {}) {
  const campaign = await newCampaign({
    emails: names.map((name) => `${name}@example.test`),
    steps: [
      emailStep({ requiresDraftApproval: true, draftReview: { days: 14, otherwise: "skip" }, ...values }),
      emailStep({ subjectLine: "Later" }),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const { sessionId } = await createSession(campaign.userId);
  const review = callerFor({ sessionId, workspaceSlug: campaign.slug }).drafts;
  const { rows } = await review.list({ view: "review" });
  return { ...campaign, review, choices: rows.map(({ id, version }) => ({ id, version })) };
}
type Reviewed = Awaited<ReturnType<typeof reviewed>>;
const subjectsTo = ({ scope }: Reviewed, name: string) =>
  sinks.mails
    .filter((mail) => mail.raw.includes(scope.workspaceId) && mail.to.startsWith(name))
    .map(({ subject }) => subject);
const draftStatuses = async ({ review }: Reviewed, view: "approved" | "sent" | "rejected" | "gone") =>
  (await review.list({ view })).rows.map(({ status }) => status);

test("a draft whose time comes while its step is at work is given up by the next slice, and nobody is left standing", async () => {
  const campaign = await reviewed(["ada"]);
  const { scope, campaignId, emailAccountId } = campaign;
  const due = {
    ...scope,
    workspaceId: campaign.workspaceId,
    campaignId,
    stepId: campaign.stepIds[0] ?? "",
    stepOrder: 1,
    stepType: "email" as const,
  };
  await withTenant(scope, (tx) => wakeNow(tx, { table: "step_drivers", id: due.stepId }));
  const fence = await startStep(due, "held");
  if (fence === null) throw new Error("The step has another driver.");
  // The slice looks at the drafts, and then waits for the limits of the mailbox: meanwhile fourteen days are over.
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let locked = () => {};
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  const holding = withTenant(scope, async (tx) => {
    await tx.execute(sql`select 1 from email_accounts where id = ${emailAccountId}::uuid for update`);
    locked();
    await held;
  });
  await isLocked;
  const working = workOnStep({ ...due, fence }, queueMessages);
  await expect
    .poll(
      () =>
        withTenant(
          scope,
          async (tx) =>
            [
              ...(await tx.execute(
                sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
              )),
            ].length,
        ),
      { timeout: 10_000 },
    )
    .toBeGreaterThan(0);
  await moveClock("15 days");
  letGo();
  await Promise.all([holding, working]);
  expect(await statuses(campaign)).toEqual([]);
  await runner.pass("1 minute");
  await runner.sweep();
  await runner.settle();
  expect(subjectsTo(campaign, "ada")).toEqual(["Later"]);
  expect((await places(campaign))[0]?.status).toBe("completed");
  expect(await draftStatuses(campaign, "gone")).toEqual(["expired"]);
});

test("a rejection may end the contact's way, whatever the step says", async () => {
  const campaign = await reviewed(["ada"]);
  await campaign.review.reject({ choices: campaign.choices, reason: "A customer by now", otherwise: "exit" });
  await runner.settle();
  expect(subjectsTo(campaign, "ada")).toEqual([]);
  expect((await places(campaign))[0]).toMatchObject({ status: "exited", exit_reason: "draft_rejected" });
  expect(await draftStatuses(campaign, "rejected")).toEqual(["rejected"]);
});

test("an approved email that the server refuses is a draft that failed, with the server's words", async () => {
  const campaign = await reviewed(["policy-ada"]);
  await campaign.review.approve({ choices: campaign.choices });
  await runner.settle();
  const { rows } = await campaign.review.list({ view: "sent" });
  expect(rows.map(({ status }) => status)).toEqual(["failed"]);
  const draft = await campaign.review.byId({ id: rows[0]?.id ?? "" });
  expect(draft.problem).toContain("refused by policy");
  const again = await campaign.review.approve({ choices: [{ id: draft.id, version: draft.version }] });
  expect(again.refused.map(({ reason }) => reason)).toEqual(["It was approved, and could not be sent."]);
});

test("an approval cannot be taken back while its email is being handed over", async () => {
  const campaign = await reviewed(["ada"]);
  await campaign.review.approve({ choices: campaign.choices });
  await runner.settle("mailbox/messages.queued");
  const fence = await takeLane(campaign, "sender");
  const claimed = await claim({ ...campaign, fence });
  expect(await statuses(campaign)).toEqual(["sending"]);
  const { done, refused } = await campaign.review.takeBack({ choices: campaign.choices });
  expect(done).toEqual([]);
  expect(refused.map(({ reason }) => reason)).toEqual([
    "It is leaving at this moment, and cannot be called back.",
  ]);
  await settle(campaign, claimed, "sent");
  expect(await draftStatuses(campaign, "sent")).toEqual(["sent"]);
});

test("all that a filter finds is approved beyond a page, without what was changed since the list was looked at", async () => {
  const names = Array.from({ length: 203 }, (_, index) => `all-${String(index).padStart(3, "0")}`);
  const campaign = await reviewed([...names, "else"]);
  const { review } = campaign;
  const seen = await review.list({ view: "review", q: "all-" });
  expect([seen.rows.length, seen.next === null]).toEqual([50, false]);
  const [changed] = seen.rows;
  if (!changed) throw new Error("There are drafts.");
  await moveClock("1 second");
  const words = { subject: "Changed", previewText: "", body: "<p>x</p>" };
  await review.edit({ id: changed.id, version: changed.version, ...words });
  const found = { q: "all-", seenAt: seen.seenAt };
  const first = await review.approveFound(found);
  expect([first.done.length, first.refused]).toEqual([200, []]);
  const second = await review.approveFound({ ...found, after: first.next });
  expect([second.done.length, second.next]).toEqual([2, null]);
  const left = (await review.list({ view: "review" })).rows.map(({ email }) => email).toSorted();
  expect(left).toEqual([changed.email, "else@example.test"].toSorted());
});
