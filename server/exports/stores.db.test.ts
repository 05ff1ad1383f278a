import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startS3, testKeys } from "#server/storage-testing";

let stop = () => Promise.resolve();
let endpoint = "";
beforeAll(async () => {
  const s3 = await startS3("postroad");
  ({ endpoint, stop } = s3);
});
afterAll(() => stop());

// The environment alone decides where files are. It is read once, so the product is loaded anew under each one.
describe.each(["folder", "s3"])("imports and exports with files in a %s", (driver) => {
  beforeAll(() => {
    vi.stubEnv("STORAGE_DRIVER", driver);
    vi.stubEnv("STORAGE_S3_ENDPOINT", endpoint);
    vi.stubEnv("STORAGE_S3_BUCKET", "postroad");
    vi.stubEnv("STORAGE_S3_FORCE_PATH_STYLE", "1");
    vi.stubEnv("STORAGE_S3_ACCESS_KEY_ID", testKeys.accessKeyId);
    vi.stubEnv("STORAGE_S3_SECRET_ACCESS_KEY", testKeys.secretAccessKey);
    vi.resetModules();
  });
  afterAll(async () => {
    const { closeDatabase } = await import("#db/client");
    await closeDatabase();
    vi.unstubAllEnvs();
  });

  /** The names of the files below a folder, as the store itself lists them. */
  async function filesOf(id: string): Promise<string[]> {
    const { folderStorage, s3Storage } = await import("#server/storage");
    const { env } = await import("#server/env");
    const credentials = testKeys;
    const options = { bucket: "postroad", region: "us-east-1", endpoint, credentials, forcePathStyle: true };
    const kept = driver === "s3" ? s3Storage(options) : folderStorage(`${env.DATA_DIR}/files`);
    const keys: string[] = [];
    for await (const key of kept.list()) if (key.includes(id)) keys.push(key);
    return keys;
  }

  test("go from the upload to the download, whether rows are laid down anew or not", async () => {
    const { newTenant } = await import("#db/testing");
    const { importFile, undoFile } = await import("#server/imports/testing");
    const { workbook } = await import("#server/imports/formats/testing");
    const { download, exportFile } = await import("./testing.ts");
    const rows = [
      ["email", "first_name"],
      ["a@example.com", "Ada"],
    ];
    for (const [fileName, file] of [
      ["people.csv", rows.map((row) => row.join(",")).join("\n")],
      ["people.xlsx", await workbook({ sheets: [{ name: "People", rows }] })],
    ] as const) {
      const tenant = await newTenant();
      const { id: importId } = await importFile(tenant, file, { fileName });
      expect(await filesOf(importId)).not.toEqual([]);
      const id = await exportFile(tenant, { fields: ["email", "first_name"] });
      expect((await download(tenant, id)).toString("utf8")).toBe(
        "\ufeffemail,first_name\r\na@example.com,Ada\r\n",
      );
      expect(await filesOf(id)).toHaveLength(1);
      expect(await undoFile(tenant, importId)).toMatchObject({ status: "rolled_back" });
    }
  }, 60_000);

  test("leave nothing of an export that was cancelled, nor of files past their days", async () => {
    const { v7 } = await import("uuid");
    const { moveClock, newTenant } = await import("#db/testing");
    const { gzipSync } = await import("node:zlib");
    const { importFile } = await import("#server/imports/testing");
    const { expireImports } = await import("#server/imports/expire");
    const { expireExports } = await import("./expire.ts");
    const { takeExport, writeExport } = await import("./run.ts");
    const { askForExport, exportFile } = await import("./testing.ts");
    const tenant = await newTenant();
    const file = gzipSync("email\na@example.com\n");
    const { id: importId } = await importFile(tenant, file, { fileName: "people.csv.gz" });
    const uploaded = await filesOf(importId);
    const cancelled = await askForExport(tenant);
    const fence = await takeExport(tenant.scope, cancelled, v7());
    await tenant.caller.exports.cancel({ id: cancelled });
    expect(await writeExport(tenant.scope, cancelled, fence ?? 0)).toBe(null);
    expect(await filesOf(cancelled)).toEqual([]);

    const kept = await exportFile(tenant);
    // The normalised rows go with the end of the import, the upload itself later.
    await expireImports();
    expect((await filesOf(importId)).length).toBeLessThan(uploaded.length);
    expect(await filesOf(importId)).not.toEqual([]);
    await moveClock("8 days");
    expect(await filesOf(kept)).toHaveLength(1);
    await expireExports();
    expect(await filesOf(kept)).toEqual([]);
    await moveClock("23 days");
    await expireImports();
    expect(await filesOf(importId)).toEqual([]);
  }, 60_000);
});
