import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { checkImport } from "../check.ts";
import { finishImport, importSlice } from "../run.ts";
import { importFile, takeOver, type TestTenant } from "../testing.ts";
import { runSchedule } from "./run.ts";

/*
 * Scheduled imports without an engine, and the server that they fetch from, for tests.
 */

/** What the server has to give, and what it was asked for. */
export const shop = { body: "", asked: [] as string[], base: "" };

const server = createServer((request, response) => {
  shop.asked.push(`${request.url} ${request.headers.authorization ?? "-"}`);
  if (request.url === "/moved") response.writeHead(302, { location: "/people.csv?token=t" }).end();
  else if (request.url === "/nowhere") response.writeHead(302, { location: "http://[" }).end();
  else if (request.url === "/file") response.writeHead(302, { location: "file:///etc/passwd" }).end();
  else if (request.url === "/busy") response.writeHead(503).end();
  else if (request.url?.startsWith("/people.csv")) response.end(shop.body);
  else response.writeHead(404).end();
});

export async function openShop(): Promise<void> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  shop.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const closeShop = (): void => void server.close();

/** A schedule for six in the morning in Berlin. */
export async function scheduled(
  tenant: TestTenant,
  path = "/people.csv?token=t",
  name = "Shop",
  like?: string,
): Promise<string> {
  const file = "email,plan\nold@example.com,x\n";
  const newList = `From the ${name.toLowerCase()}`;
  const likeImportId = like ?? (await importFile(tenant, file, { newList })).id;
  const { id } = await tenant.caller.imports.schedules.create({
    name,
    url: `${shop.base}${path}`,
    cron: "0 6 * * *",
    timezone: "Europe/Berlin",
    secretHeader: { name: "Authorization", value: "Bearer secret" },
    likeImportId,
  });
  return id;
}

/** Has the import that the schedule called for checked; true when it has begun. */
export async function checked(tenant: TestTenant): Promise<boolean> {
  const id = await jobThat(tenant, "validating");
  return (await checkImport(tenant.scope, id, await takeOver(tenant, id))) !== null;
}

async function jobThat({ scope }: TestTenant, status: string): Promise<string> {
  const [job] = await withTenant(scope, (tx) =>
    tx.execute<{ id: string }>(sql`select id from import_jobs where status = ${status}`),
  );
  if (!job) throw new Error(`No import is ${status}.`);
  return job.id;
}

/** Has it checked, and imported. */
export async function finish(tenant: TestTenant): Promise<void> {
  expect(await checked(tenant)).toBe(true);
  const id = await jobThat(tenant, "processing");
  const fence = await takeOver(tenant, id);
  while (!(await importSlice(tenant.scope, id, fence)).done);
  await finishImport(tenant.scope, id, fence);
}

export const addresses = async (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) =>
    (await tx.execute<{ email: string }>(sql`select email from contacts order by email`)).map(
      ({ email }) => email,
    ),
  );
/** To a minute after the next six in the morning in Berlin. */
export async function later(): Promise<void> {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ ahead: string }>(sql`
      select ((date_trunc('day', app_now() at time zone 'Europe/Berlin') + interval '1 day 6 hours 1 minute')
        at time zone 'Europe/Berlin' - app_now())::text as ahead`),
  );
  await moveClock(row?.ahead ?? "1 day");
}
export const run = (tenant: TestTenant, id: string, last = true) =>
  runSchedule(tenant.scope, id, { last, allowPrivate: true });
