import { expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { newColleague } from "#server/testing";

const letter = { name: "Letter", subject: "Hello", previewText: "", html: "<p>Hello</p>" };

async function letterWithReaders() {
  const owner = await newTenant();
  const join = (role: "admin" | "member" | "viewer") => newColleague({ ...owner, email: "" }, role);
  const [admin, writer, other, viewer] = await Promise.all([
    join("admin"),
    join("member"),
    join("member"),
    join("viewer"),
  ]);
  const { id } = await writer.caller.templates.create(letter);
  return { id, owner, admin, writer, other, viewer };
}

test("a template's comments are read by everybody, written by writers, and deleted by their author or an admin", async () => {
  const { id, admin, writer, other, viewer } = await letterWithReaders();
  const first = await writer.caller.templates.comment({ id, body: " Too long? " });
  const second = await other.caller.templates.comment({ id, body: "Shorter.\nPlease." });
  const read = async ({ caller }: typeof viewer) => (await caller.templates.comments({ id })).rows;
  expect(await read(viewer)).toMatchObject([
    { ...second, body: "Shorter.\nPlease.", author: "Grace Hopper", removable: false, settledAt: null },
    { ...first, body: "Too long?", removable: false },
  ]);
  expect((await read(writer)).map(({ removable }) => removable)).toEqual([false, true]);
  expect((await read(admin)).map(({ removable }) => removable)).toEqual([true, true]);
  await expect(viewer.caller.templates.comment({ id, body: "Hm" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(writer.caller.templates.comment({ id, body: "  " })).rejects.toThrow("Write something first.");
  await expect(writer.caller.templates.removeComment({ commentId: second.id })).rejects.toMatchObject({
    message: expect.stringContaining("somebody else's") as string,
  });
  await writer.caller.templates.removeComment({ commentId: first.id });
  await admin.caller.templates.removeComment({ commentId: second.id });
  expect(await read(viewer)).toEqual([]);
  await expect(admin.caller.templates.removeComment({ commentId: second.id })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("the list tells how many comments are open, and pages of them follow each other without a gap", async () => {
  const { id, writer, viewer } = await letterWithReaders();
  const { templates } = writer.caller;
  for (let n = 1; n <= 31; n++) await templates.comment({ id, body: `Number ${n}` });
  const page = await templates.comments({ id });
  expect(page.rows[0]?.body).toBe("Number 31");
  const rest = await templates.comments({ id, cursor: page.next ?? undefined });
  expect([...page.rows, ...rest.rows].map(({ body }) => body)).toEqual(
    Array.from({ length: 31 }, (_, n) => `Number ${31 - n}`),
  );
  expect(rest.next).toBeNull();
  const open = async () => (await viewer.caller.templates.list({})).rows.map((row) => row.openComments);
  expect(await open()).toEqual([31]);
  const commentId = page.rows[0]?.id ?? "";
  await templates.settleComment({ commentId, settled: true });
  expect(await open()).toEqual([30]);
  expect((await templates.comments({ id })).rows[0]?.settledAt).toBeInstanceOf(Date);
  await templates.settleComment({ commentId, settled: false });
  expect(await open()).toEqual([31]);
});

test("a comment is told to who made the template and who spoke before, and to nobody else", async () => {
  const { id, owner, writer, other, viewer } = await letterWithReaders();
  const told = async ({ caller }: Pick<typeof owner, "caller">) =>
    (await caller.notifications.list()).rows.filter(({ type }) => type === "template.commented");
  await other.caller.templates.comment({ id, body: "Nice" });
  expect(await told(writer)).toMatchObject([
    { title: "Grace Hopper commented on “Letter”", body: "Nice", path: `/templates/${id}` },
  ]);
  await writer.caller.templates.comment({ id, body: "Thanks" });
  expect(await told(other)).toMatchObject([{ body: "Thanks" }]);
  expect(await told(writer)).toHaveLength(1);
  expect([await told(owner), await told(viewer)]).toEqual([[], []]);
});

test("comments of another tenant's template, or of one that is deleted, are not there", async () => {
  const { id, writer } = await letterWithReaders();
  const stranger = await newTenant();
  const { id: commentId } = await writer.caller.templates.comment({ id, body: "Ours" });
  const attempts = (of: { caller: typeof stranger.caller }) => [
    () => of.caller.templates.comments({ id }),
    () => of.caller.templates.comment({ id, body: "x" }),
    () => of.caller.templates.settleComment({ commentId, settled: true }),
    () => of.caller.templates.removeComment({ commentId }),
  ];
  for (const attempt of attempts(stranger))
    await expect(attempt()).rejects.toMatchObject({ code: "NOT_FOUND" });
  await writer.caller.templates.remove({ id });
  for (const attempt of attempts(writer))
    await expect(attempt()).rejects.toMatchObject({ code: "NOT_FOUND" });
});
