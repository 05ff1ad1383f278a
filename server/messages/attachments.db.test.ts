import { sql } from "drizzle-orm";
import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import PostalMime from "postal-mime";
import { v7 } from "uuid";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { withTenant } from "#db/tenancy";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { putAttachmentPart } from "#server/campaigns/attachments";
import { attachmentPartBytes } from "#server/campaigns/schema";
import { addPicture } from "#server/pictures/mutations";
import { pictureResponse } from "#server/pictures/response";
import { pngBytes } from "#server/pictures/testing";
import { sinks } from "./testing-sinks.ts";
import { statuses } from "./testing.ts";

const folder = await vi.hoisted(async () => {
  const [fs, os] = [await import("node:fs"), await import("node:os")];
  const made = fs.mkdtempSync(`${os.tmpdir()}/postroad-attachments-`);
  Object.assign(process.env, { DATA_DIR: made });
  return made;
});
const runner = createRunner(sinks);
beforeEach(() => runner.forget());
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const mailsOf = ({ scope }: Started) =>
  Promise.all(
    sinks.mails
      .filter((mail) => mail.raw.includes(scope.workspaceId))
      .map(async (mail) => ({ ...(await PostalMime.parse(mail.raw)), raw: mail.raw })),
  );

const people = ["ada@example.test", "bea@example.test"];
const withFiles = (attachments: unknown[]) =>
  newCampaign({
    emails: people,
    steps: [emailStep({ attachments, emailContent: "<p>Hello {{ first_name }}</p>" })],
  });

test("files go with every message byte by byte, under their names, behind a text of each person's own", async () => {
  const bytes = Buffer.from(
    Array.from({ length: attachmentPartBytes + 1_234 }, (_, index) => (index * 31) % 256),
  );
  const [id, small] = [v7(), v7()];
  const campaign = await withFiles([]);
  for (const part of [0, 1]) {
    const slice = bytes.subarray(part * attachmentPartBytes, (part + 1) * attachmentPartBytes);
    await putAttachmentPart(campaign.scope, { id, part, bytes: slice });
  }
  await putAttachmentPart(campaign.scope, { id: small, part: 0, bytes: Buffer.from("hello") });
  const attached = JSON.stringify([
    { id, filename: "Angebot für Ada.pdf", mime: "application/pdf", sizeBytes: bytes.length },
    { id: small, filename: "notes.txt", mime: "text/plain", sizeBytes: 5 },
  ]);
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update campaign_steps set attachments = ${attached}::jsonb`),
  );
  await expect(
    putAttachmentPart(campaign.scope, { id: small, part: 0, bytes: Buffer.from("jello") }),
    "what a step names is not replaced under its name",
  ).rejects.toThrow("attached already");
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const mails = await mailsOf(campaign);
  expect(mails.map(({ to }) => to?.[0]?.address).sort()).toEqual(people);
  for (const { attachments, html, text, raw } of mails) {
    expect(attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ["Angebot für Ada.pdf", "application/pdf"],
      ["notes.txt", "text/plain"],
    ]);
    const [first] = attachments;
    expect(Buffer.from(first?.content as ArrayBuffer).equals(bytes)).toBe(true);
    expect([html?.includes("Hello Ada"), text?.includes("Hello Ada")]).toEqual([true, true]);
    expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThan(999);
  }
});

test("without one of its files a message waits and says so, instead of leaving without it", async () => {
  const campaign = await withFiles([
    { id: v7(), filename: "gone.pdf", mime: "application/pdf", sizeBytes: 10 },
  ]);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await mailsOf(campaign)).toEqual([]);
  expect((await places(campaign)).map((place) => place.status)).toEqual(["enrolled", "enrolled"]);
});

test("while the store cannot be read, messages wait as well: none is of unknown fate, and all leave later", async () => {
  const id = v7();
  const campaign = await withFiles([{ id, filename: "a.txt", mime: "text/plain", sizeBytes: 1 }]);
  const { tenantId, workspaceId } = campaign;
  const file = path.join(folder, "files", tenantId, workspaceId, "attachments", id, "0");
  // A folder where the file should be: the store answers with an error of its own.
  await mkdir(file, { recursive: true });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["queued", "queued"]);
  await rmdir(file);
  await writeFile(file, "x");
  for (let hour = 0; hour < 3; hour += 1) {
    await runner.pass("1 hour");
    await runner.sweep();
    await runner.settle();
  }
  expect(await statuses(campaign)).toEqual(["sent", "sent"]);
  expect(await mailsOf(campaign)).toHaveLength(2);
});

test("a picture of an email is found by whoever gets it, under the address that the mail names", async () => {
  const campaign = await newCampaign({ emails: people, steps: [emailStep({})] });
  const { scope, userId } = campaign;
  const bytes = pngBytes("in a mail");
  const { id, url } = await addPicture(scope, { filename: "shop.png", bytes, userId });
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update campaign_steps set email_content = ${`<p>Look</p><img src="${url}" alt="Our shop">`}`),
  );
  await launch(scope, campaign.campaignId);
  await runner.settle();
  const [mail] = await mailsOf(campaign);
  const [, src = ""] = /<img src="([^"]+)" alt="Our shop"/.exec(mail?.html ?? "") ?? [];
  const served = await pictureResponse(new Request(src), src.split("/").at(-1) ?? "");
  expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
  // It may have been sent: from the launch on, it is kept.
  const [row] = await withTenant(scope, (tx) =>
    tx.execute<{ kept: boolean }>(
      sql`select kept_since is not null as kept from pictures where id = ${id}::uuid`,
    ),
  );
  expect(row?.kept).toBe(true);
});
