import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { afterAll, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { createCampaign } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { freezeVersions } from "#server/enrollments/versions";
import { removeOrphans } from "#server/orphans";
import { storage } from "#server/storage";
import { pictureKey } from "./address.ts";
import { pictureResponse } from "./response.ts";
import { pngBytes } from "./testing.ts";

const folder = mkdtempSync(path.join(tmpdir(), "postroad-pictures-"));
process.env.DATA_DIR = folder;
afterAll(() => rmSync(folder, { recursive: true }));

const fetched = (url: string, headers: Record<string, string> = {}) =>
  pictureResponse(new Request(url, { headers }), new URL(url).pathname.split("/").at(-1) ?? "");

test("a picture is served to anybody at an address that nobody can guess, and listed for its workspace only", async () => {
  const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
  const bytes = pngBytes("ours", { width: 1200, height: 400 });
  const picture = await ours.caller.pictures.add({ filename: "shop\u0007/front.png", bytes });
  expect(picture).toMatchObject({ filename: "shop  front.png", width: 1200, height: 400, alt: "" });
  const answer = await fetched(picture.url);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  expect(answer.headers.get("content-type")).toBe("image/png");
  expect(answer.headers.get("cache-control")).toContain("immutable");
  const etag = answer.headers.get("etag") ?? "";
  expect((await fetched(picture.url, { "if-none-match": etag })).status).toBe(304);
  const guessed = picture.url.slice(0, -1) + (picture.url.endsWith("A") ? "B" : "A");
  expect((await fetched(guessed)).status).toBe(404);

  await ours.caller.pictures.describe({ id: picture.id, alt: "Our shop" });
  const again = await ours.caller.pictures.add({ filename: "copy.png", bytes });
  expect(again, "the same bytes are kept once").toEqual({ ...picture, alt: "Our shop" });
  expect((await ours.caller.pictures.list({})).rows).toEqual([again]);
  expect((await theirs.caller.pictures.list({})).rows).toEqual([]);
  await expect(theirs.caller.pictures.describe({ id: picture.id, alt: "x" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("what inboxes do not show is refused by its content, in words that say what to do", async () => {
  const { caller } = await newTenant();
  const add = (bytes: Uint8Array<ArrayBuffer>) => caller.pictures.add({ filename: "logo.png", bytes });
  const text = (words: string) => new Uint8Array(Buffer.from(words, "latin1"));
  await expect(add(text("<?xml version='1.0'?><svg onload='alert(1)'/>"))).rejects.toThrow("SVG");
  await expect(add(text("RIFF\x10\x00\x00\x00WEBPVP8 "))).rejects.toThrow("WebP");
  await expect(add(text("<script>"))).rejects.toThrow("not a picture");
  await expect(add(pngBytes("x", { width: 9_000 }))).rejects.toThrow("8000");
  await expect(add(pngBytes("x".repeat(1_000_000)))).rejects.toThrow("1 MB");
  expect((await caller.pictures.list({})).rows).toEqual([]);
});

test("the nightly collector removes the pictures and files that no email has used for a month, and no other", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const add = (mark: string) => caller.pictures.add({ filename: `${mark}.png`, bytes: pngBytes(mark) });
  const names = ["inTemplate", "inStep", "wasInStep", "sent", "unused"] as const;
  const pictures = new Map<string, string>();
  for (const name of names) pictures.set(name, (await add(name)).url);
  const html = (name: (typeof names)[number]) => `<p>Hi</p><img src="${pictures.get(name)}" alt="">`;
  await caller.templates.create({
    name: "With a picture",
    subject: "Hi",
    previewText: "",
    html: html("inTemplate"),
  });
  const now = (await withTenant(scope, appNow)).getTime();
  const file = { attached: v7({ msecs: now }), let: v7({ msecs: now }) };
  const campaignId = await withTenant(scope, async (tx) => {
    const made = await createCampaign(tx, { steps: [{ stepType: "email" }, { stepType: "email" }] });
    const [first, second] = made.stepIds;
    await tx.execute(sql`
      update campaign_steps set email_content = ${html("sent")}, attachments = ${JSON.stringify([{ id: file.attached }])}::jsonb
      where id = ${first}::uuid`);
    await freezeVersions(tx, { campaignId: made.campaignId });
    // What was sent is said nowhere any more, and what a step said before can be brought back.
    await tx.execute(sql`update campaign_steps set email_content = '' where id = ${first}::uuid`);
    await tx.execute(
      sql`update campaign_steps set email_content = ${html("inStep")} where id = ${second}::uuid`,
    );
    await tx.execute(sql`
      insert into campaign_step_states (campaign_id, hash, state)
      values (${made.campaignId}::uuid, 'earlier', jsonb_build_object('emailContent', ${html("wasInStep")}::text))`);
    return made.campaignId;
  });
  for (const id of Object.values(file))
    await storage.put(
      `${scope.tenantId}/${scope.workspaceId}/attachments/${id}/0`,
      Readable.from([Buffer.from("x")]),
    );
  const underWay = v7({ msecs: now + 32 * 86_400_000 });
  await moveClock("32 days");
  // Its bytes are here, and its row is about to be written.
  await storage.put(pictureKey(scope, underWay), Readable.from([Buffer.from("x")]));
  const there = async () => {
    const found: string[] = [];
    for (const [name, url] of pictures) if ((await fetched(url)).status === 200) found.push(name);
    return found;
  };
  expect(await there()).toEqual(names);
  // The unused picture goes, and the file that was attached and let go.
  expect(await removeOrphans()).toBeGreaterThanOrEqual(2);
  expect(await there()).toEqual(names.filter((name) => name !== "unused"));
  expect(await storage.exists(pictureKey(scope, underWay))).toBe(true);
  const parts = `${scope.tenantId}/${scope.workspaceId}/attachments`;
  expect([
    await storage.exists(`${parts}/${file.attached}/0`),
    await storage.exists(`${parts}/${file.let}/0`),
  ]).toEqual([true, false]);

  // Sent is sent: not even when the campaign is gone.
  await withTenant(scope, (tx) => tx.execute(sql`delete from campaigns where id = ${campaignId}::uuid`));
  await moveClock("64 days");
  await removeOrphans();
  expect(await there()).toEqual(["inTemplate", "sent"]);
});
