import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startS3, testKeys } from "#server/storage-testing";

let stop = () => Promise.resolve();

// The environment alone decides where files are. It is read once, so the product is loaded anew under this one.
beforeAll(async () => {
  const s3 = await startS3("postroad");
  stop = s3.stop;
  vi.stubEnv("STORAGE_DRIVER", "s3");
  vi.stubEnv("STORAGE_S3_ENDPOINT", s3.endpoint);
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
  await stop();
});

test("import and export work with files in S3, chosen by the environment alone", async () => {
  const { newTenant } = await import("#db/testing");
  const { importFile } = await import("#server/imports/testing");
  const { s3Storage } = await import("#server/storage");
  const { download, exportFile } = await import("./testing.ts");
  const tenant = await newTenant();
  await importFile(tenant, "email,first_name\na@example.com,Ada\n");
  const id = await exportFile(tenant, { fields: ["email", "first_name"] });
  expect((await download(tenant, id)).toString("utf8")).toBe(
    "\ufeffemail,first_name\r\na@example.com,Ada\r\n",
  );
  const bucket = s3Storage({
    bucket: "postroad",
    region: "us-east-1",
    endpoint: process.env.STORAGE_S3_ENDPOINT,
    credentials: testKeys,
    forcePathStyle: true,
  });
  const row = await tenant.caller.exports.byId({ id });
  const folder = `${tenant.tenantId}/${tenant.workspaceId}/exports/${id}`;
  expect(await Promise.all([1, 2, 3].map((fence) => bucket.exists(`${folder}/${fence}.csv`)))).toContain(
    true,
  );
  expect(row.status).toBe("completed");
}, 60_000);
