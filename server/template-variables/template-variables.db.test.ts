import PostalMime from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { createSession } from "#db/factories";
import { createRunner, emailStep, launch, newCampaign } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

async function workspace(emailContent: string) {
  const campaign = await newCampaign({ emails: ["ada@example.test"], steps: [emailStep({ emailContent })] });
  const { sessionId } = await createSession(campaign.userId);
  return { ...campaign, api: callerFor({ sessionId, workspaceSlug: campaign.slug }) };
}

test("a variable is said in the mails of its workspace, is known to the review, and stays while it is named", async () => {
  const ours = await workspace("<p>Call {{ support_phone | default: 'us' }}, not support_phones</p>");
  const { api, campaignId } = ours;
  const warned = async () =>
    (await api.campaigns.review({ id: campaignId })).problems.some(({ message }) =>
      message.includes("support_phone"),
    );
  expect(await warned()).toBe(true);
  const { id } = await api.templateVariables.create({ key: "support_phone", value: "555" });
  expect(await warned()).toBe(false);
  await expect(api.templateVariables.create({ key: "support_phone", value: "1" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await expect(api.templateVariables.remove({ id })).rejects.toThrow("is named in");
  await api.templateVariables.update({ id, value: "+49 30 <1>" });
  expect(await api.templateVariables.list()).toEqual([{ id, key: "support_phone", value: "+49 30 <1>" }]);
  await launch(ours.scope, campaignId);
  await runner.settle();
  const [mail] = sinks.mails.filter(({ raw }) => raw.includes(ours.workspaceId));
  const { html } = await PostalMime.parse(mail?.raw ?? "");
  expect(html).toContain("Call +49 30 &lt;1&gt;, not support_phones");
  // Its only campaign has ended.
  await api.templateVariables.remove({ id });
  expect(await api.templateVariables.list()).toEqual([]);
  await expect(api.templateVariables.update({ id, value: "" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a variable cannot bear a name that mails know, and another workspace has its own", async () => {
  const [ours, theirs] = [await workspace("<p>x</p>"), await workspace("<p>{{ offer }}</p>")];
  for (const key of ["first_name", "company", "custom", "forloop", "Offer", "1st", "a b"])
    await expect(ours.api.templateVariables.create({ key, value: "x" }), key).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
  const { id } = await ours.api.templateVariables.create({ key: "offer", value: "ours" });
  expect(await theirs.api.templateVariables.list()).toEqual([]);
  await expect(theirs.api.templateVariables.remove({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  // Another tenant's mails that name one of theirs keep nobody from removing it here.
  await ours.api.templateVariables.remove({ id });
});
