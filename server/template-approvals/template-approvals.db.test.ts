import { expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { always, colleague, titles } from "#server/approvals/testing";

const letter = { name: "Letter", subject: "Hello", previewText: "", html: "<p>Hello</p>", text: null };

async function asked() {
  const tenant = await newTenant();
  const [writer, admin] = await Promise.all([colleague(tenant, "member"), colleague(tenant, "admin")]);
  const { id: templateId } = await writer.caller.templates.create(letter);
  const { requestId } = await writer.caller.templateApprovals.request({ templateId, note: "For spring" });
  const save = (version: number, subject: string) =>
    writer.caller.templates.save({ ...letter, id: templateId, version, subject });
  const state = async ({ caller }: Pick<typeof tenant, "caller"> = writer) =>
    (await caller.templateApprovals.byTemplate({ templateId })).state;
  return { tenant, writer, admin, templateId, requestId, save, state };
}

test("a template is approved by somebody else, for what it says: any change voids it, and its choice for a step tells", async () => {
  const { tenant, writer, admin, templateId, requestId, save, state } = await asked();
  const { caller } = admin;
  expect(await titles(admin)).toEqual(["The template “Letter” is to be approved"]);
  expect(await caller.templateApprovals.byTemplate({ templateId })).toMatchObject({
    ...{ state: "pending", mine: true },
    requests: [{ id: requestId, status: "pending", note: "For spring", requestedBy: "Grace Hopper" }],
  });
  const approved = async () => (await writer.caller.campaigns.templates()).map((choice) => choice.approved);
  expect(await approved()).toEqual([false]);
  const yes = { templateId, requestId, version: 1, decision: "approved" as const, comment: "Fine" };
  await caller.templateApprovals.decide(yes);
  expect([await state(), await approved()]).toEqual(["approved", [true]]);
  expect(await titles(writer)).toEqual(["The template “Letter” is approved"]);
  await expect(writer.caller.templateApprovals.request({ templateId })).rejects.toThrow("approved as it is");

  await writer.caller.templates.place({ id: templateId, category: "Event", folderId: null, tags: [] });
  await writer.caller.templates.save({ ...letter, id: templateId, version: 1, name: "Renamed" });
  expect(await state()).toBe("approved");
  for (const change of [{ subject: "x" }, { previewText: "x" }, { html: "<p>x</p>" }, { text: "x" }]) {
    const { version } = await writer.caller.templates.byId({ id: templateId });
    await writer.caller.templates.save({ ...letter, ...change, id: templateId, version });
    expect([await state(), await approved()], JSON.stringify(change)).toEqual(["changed", [false]]);
  }
  await save((await writer.caller.templates.byId({ id: templateId })).version, letter.subject);
  expect(await state()).toBe("approved");
  const copy = await writer.caller.templates.duplicate({ id: templateId });
  const { state: ofCopy } = await tenant.caller.templateApprovals.byTemplate({ templateId: copy.id });
  expect(ofCopy).toBe("missing");
});

test("nobody approves what they asked for, nor without the role, nor what they have not seen", async () => {
  const { tenant, writer, admin, templateId, requestId, save, state } = await asked();
  const viewer = await colleague(tenant, "viewer");
  const decide = (
    { caller }: typeof viewer,
    version: number,
    decision: "approved" | "rejected" = "approved",
  ) => caller.templateApprovals.decide({ templateId, requestId, version, decision, comment: "Because" });
  await expect(decide(writer, 1)).rejects.toThrow("Who asks for an approval cannot give it");
  await expect(decide(viewer, 1)).rejects.toThrow("You do not approve templates here");
  await tenant.caller.approvals.updatePolicy({
    ...always,
    approvers: [{ role: "campaign_manager", userIds: [viewer.userId, writer.userId] }],
  });
  await expect(decide(admin, 1)).rejects.toThrow("You do not approve templates here");
  await save(1, "Changed");
  await expect(decide(viewer, 1)).rejects.toThrow("was changed meanwhile");
  await save(2, letter.subject);
  await expect(decide(viewer, 1)).rejects.toThrow("was changed meanwhile");
  await decide(viewer, 3);
  expect(await state(viewer)).toBe("approved");
  await expect(decide(viewer, 3)).rejects.toThrow("answered or withdrawn");
});

test("who wants changes says which, a request is taken back or asked anew, and mistakes are mended first", async () => {
  const { tenant, writer, admin, templateId, requestId, save, state } = await asked();
  const { templateApprovals } = writer.caller;
  const no = { templateId, requestId, version: 1, decision: "rejected" as const };
  await expect(admin.caller.templateApprovals.decide(no)).rejects.toThrow("Say what should change");
  await admin.caller.templateApprovals.decide({ ...no, comment: "Shorter" });
  expect(await state()).toBe("rejected");
  expect(await titles(writer)).toEqual(["The template “Letter” was not approved"]);
  await save(1, "{% frob %}");
  await expect(templateApprovals.request({ templateId })).rejects.toThrow("has mistakes");
  await save(2, "Short");
  await templateApprovals.request({ templateId });
  await expect(templateApprovals.request({ templateId })).rejects.toThrow("is asked for already");
  await save(3, "Shorter");
  expect(await state()).toBe("changed");
  await templateApprovals.request({ templateId });
  await templateApprovals.withdraw({ templateId });
  await expect(templateApprovals.withdraw({ templateId })).rejects.toThrow("no open request");
  const { state: now, requests } = await tenant.caller.templateApprovals.byTemplate({ templateId });
  expect([now, requests.map(({ status }) => status)]).toEqual([
    "missing",
    ["withdrawn", "withdrawn", "rejected"],
  ]);
  const [stranger, viewer] = await Promise.all([newTenant(), colleague(tenant, "viewer")]);
  await expect(stranger.caller.templateApprovals.byTemplate({ templateId })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(viewer.caller.templateApprovals.request({ templateId })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});
