import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderStorage, s3ClientConfig, s3Storage } from "./storage.ts";
import type { Storage } from "./storage.ts";

/** As much of the S3 protocol as the storage speaks, strict where real stores are: no upload without a length. */
function s3Double(bucket: string) {
  const files = new Map<string, Buffer>();
  const xml = (response: ServerResponse, status: number, body: string) =>
    response.writeHead(status, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${body}`);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://s3");
    const [, name, ...parts] = decodeURIComponent(url.pathname).split("/");
    const key = parts.join("/");
    const body = await buffer(request);
    if (name !== bucket) return xml(response, 404, "<Error><Code>NoSuchBucket</Code></Error>");
    if (request.method === "GET" && key === "") {
      const found = [...files.keys()].filter((file) => file.startsWith(url.searchParams.get("prefix") ?? ""));
      const list = found.map((file) => `<Contents><Key>${file}</Key><Size>1</Size></Contents>`).join("");
      return xml(
        response,
        200,
        `<ListBucketResult><IsTruncated>false</IsTruncated>${list}</ListBucketResult>`,
      );
    }
    if (request.method === "POST") {
      for (const [, file] of body.toString().matchAll(/<Key>([^<]+)<\/Key>/g)) files.delete(file ?? "");
      return xml(response, 200, "<DeleteResult/>");
    }
    if (request.method === "PUT") {
      if (request.headers["content-length"] === undefined)
        return xml(response, 411, "<Error><Code>MissingContentLength</Code></Error>");
      files.set(key, body);
      return response.writeHead(200, { etag: '"x"' }).end();
    }
    if (request.method === "DELETE") {
      files.delete(key);
      return response.writeHead(204).end();
    }
    const file = files.get(key);
    if (!file) return xml(response, 404, "<Error><Code>NoSuchKey</Code></Error>");
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
    if (range && Number(range[1]) >= file.length)
      return xml(response, 416, "<Error><Code>InvalidRange</Code></Error>");
    const part = range ? file.subarray(Number(range[1]), Number(range[2]) + 1) : file;
    response.writeHead(range ? 206 : 200, {
      "content-length": part.length,
      "last-modified": new Date(0).toUTCString(),
    });
    return response.end(request.method === "HEAD" ? undefined : part);
  };
  return createServer((request, response) => void answer(request, response));
}

const folder = mkdtempSync(path.join(tmpdir(), "storage-"));
// A real store can stand in for the double: its address, with the bucket "files" made and the keys S3RVER/S3RVER.
const realStore = process.env.STORAGE_TEST_S3_ENDPOINT;
const double = s3Double("files");
let storages: Record<string, Storage>;

beforeAll(async () => {
  await new Promise<void>((resolve) => double.listen(0, "127.0.0.1", resolve));
  const endpoint = realStore ?? `http://127.0.0.1:${(double.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
  storages = {
    folder: folderStorage(folder),
    s3: s3Storage({ bucket: "files", region: "us-east-1", endpoint, credentials, forcePathStyle: true }),
  };
});
afterAll(() => {
  double.close();
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

  test("stay below their root", async () => {
    await expect(put("../outside", "x")).rejects.toThrow();
    await expect(text(storage().read("t/../../outside"))).rejects.toThrow();
  });
});

test("nothing half-written stays behind in the folder", () => {
  expect(readdirSync(path.join(folder, ".incoming"))).toEqual([]);
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
