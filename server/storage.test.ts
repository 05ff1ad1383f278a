import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startS3, testKeys } from "./storage-testing.ts";
import { folderStorage, s3ClientConfig, s3Storage } from "./storage.ts";
import type { Storage } from "./storage.ts";

const folder = mkdtempSync(path.join(tmpdir(), "storage-"));
let storages: Record<string, Storage>;

let stopS3 = () => Promise.resolve();

beforeAll(async () => {
  const { endpoint, stop } = await startS3("files");
  stopS3 = stop;
  storages = {
    folder: folderStorage(folder),
    s3: s3Storage({
      bucket: "files",
      region: "us-east-1",
      endpoint,
      credentials: testKeys,
      forcePathStyle: true,
    }),
  };
});
afterAll(async () => {
  await stopS3();
  rmSync(folder, { recursive: true });
});

describe.each(["folder", "s3"])("files in a %s", (kind) => {
  const storage = () => storages[kind] as Storage;
  const put = (key: string, content: string) => storage().put(key, Readable.from([Buffer.from(content)]));

  test("come back as they went in, whole or by range", async () => {
    const content = "0123456789".repeat(50_000);
    const chunks = content.match(/.{1,70001}/g) ?? [];
    expect(
      await storage().put("t/w/imports/1/a.csv", Readable.from(chunks.map((c) => Buffer.from(c)))),
    ).toEqual({ sizeBytes: 500_000 });
    expect(await text(storage().read("t/w/imports/1/a.csv"))).toBe(content);
    expect(await text(storage().readRange("t/w/imports/1/a.csv", 3, 8))).toBe("34567");
    expect(await text(storage().readRange("t/w/imports/1/a.csv", 499_998, 600_000))).toBe("89");
    expect(await text(storage().readRange("t/w/imports/1/a.csv", 500_000, 600_000))).toBe("");
    expect(await storage().sizeBytes("t/w/imports/1/a.csv")).toBe(500_000);
  });

  test("are replaced by a later one, and may be empty", async () => {
    await put("t/w/b.csv", "one");
    await put("t/w/b.csv", "");
    expect(await text(storage().read("t/w/b.csv"))).toBe("");
  });

  test("are not there when the stream broke half-way", async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from("half");
        throw new Error("the browser went away");
      })(),
    );
    await expect(storage().put("t/w/broken.csv", broken)).rejects.toThrow("the browser went away");
    expect(await storage().exists("t/w/broken.csv")).toBe(false);
  });

  test("are not there when the stream broke before anybody read from it", async () => {
    const content = new PassThrough();
    const putting = storage().put("t/w/stillborn.csv", content);
    content.destroy(new Error("the job was taken over"));
    await expect(putting).rejects.toThrow("the job was taken over");
    expect(await storage().exists("t/w/stillborn.csv")).toBe(false);
  });

  test("are not found, in one way, when they are gone", async () => {
    await put("t/w/c.csv", "x");
    await storage().remove("t/w/c.csv");
    await storage().remove("t/w/c.csv");
    const gone = { code: "not_found" };
    await expect(text(storage().read("t/w/c.csv"))).rejects.toMatchObject(gone);
    await expect(text(storage().readRange("t/w/c.csv", 0, 5))).rejects.toMatchObject(gone);
    await expect(storage().sizeBytes("t/w/c.csv")).rejects.toMatchObject(gone);
  });

  test("go with their folder, and no neighbour does", async () => {
    await Promise.all([
      put("t/w/exports/1/a", "x"),
      put("t/w/exports/1/b", "x"),
      put("t/w/exports/12/a", "x"),
    ]);
    await storage().removeFolder("t/w/exports/1");
    expect(await storage().exists("t/w/exports/1/a")).toBe(false);
    expect(await storage().exists("t/w/exports/12/a")).toBe(true);
  });

  test("are listed, however deep they lie", async () => {
    await put("t/w/exports/7/a.csv", "x");
    const keys: string[] = [];
    for await (const key of storage().list()) keys.push(key);
    expect(keys).toContain("t/w/exports/7/a.csv");
  });

  test("stay below their root", async () => {
    await expect(put("../outside", "x")).rejects.toThrow();
    await expect(text(storage().read("t/../../outside"))).rejects.toThrow();
  });
});

test("nothing half-written stays behind in the folder", () => {
  expect(readdirSync(path.join(folder, ".incoming"))).toEqual([]);
});

test("what a killed process left in the folder goes with a later file, what another one is writing stays", async () => {
  const [old, young] = ["1-old", "2-young"].map((name) => path.join(folder, ".incoming", name));
  for (const file of [old, young]) writeFileSync(file ?? "", "half");
  const before = new Date(Date.now() - 25 * 60 * 60_000);
  utimesSync(old ?? "", before, before);
  await folderStorage(folder).put("t/w/exports/9/a.csv", Readable.from(["x"]));
  expect(readdirSync(path.join(folder, ".incoming"))).toEqual(["2-young"]);
});

test("the S3 client takes the endpoint, the path style, and the machine's own role when no keys are given", () => {
  const options = {
    bucket: "b",
    region: "eu-central-1",
    endpoint: "https://s3.example.com",
    forcePathStyle: true,
  };
  expect(s3ClientConfig(options)).toMatchObject({
    region: "eu-central-1",
    endpoint: "https://s3.example.com",
    forcePathStyle: true,
  });
  expect(s3ClientConfig(options)).not.toHaveProperty("credentials");
});
