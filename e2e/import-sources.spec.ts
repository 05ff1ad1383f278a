import { createServer, type IncomingMessage, request as requestHttp } from "node:http";
import { Readable } from "node:stream";
import type { Browser, Page } from "@playwright/test";
import { env } from "#server/env";
import { fileServer, listening } from "./file-server.ts";
import { expect, signIn, test } from "./fixtures.ts";
import { checkFile, chooseFile, csvFile, importResult, startButton } from "./importing.ts";

test("a file at a web address is fetched and imported; one that is not there is said to be so", async ({
  signedInPage: page,
  workspace,
}) => {
  const server = await fileServer("email,company\nada@example.test,Analytical Engines\n");
  await page.goto(`/${workspace.slug}/imports/new`);
  await page.getByRole("tab", { name: "Web address" }).click();
  const address = page.getByLabel("Address of the file");
  await address.fill("not an address");
  await address.press("Enter");
  await expect(page.getByText("This is not an address such as")).toBeVisible();
  server.status = 404;
  await address.fill(server.url);
  await address.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "there is no such file" })).toBeVisible();
  server.status = 200;
  await address.fill(server.url);
  await page.getByRole("button", { name: "Fetch file" }).click();
  await expect(page.getByLabel("Field for company")).toHaveValue("company");
  await checkFile(page);
  await startButton(page).click();
  expect(await importResult(page)).toMatchObject({ created: 1, rejected: 0 });
  server.close();
});

test("an upload passes a proxy that refuses bodies above 1 MB, and goes on when the connection is lost", async ({
  browser,
  workspace,
}) => {
  test.setTimeout(120_000);
  const proxy = await limitingProxy({ bodyBytesMax: 1_000_000, dropsOnce: /\/api\/uploads\/[^/]+\/1$/ });
  const page = await pageThrough(browser, proxy.url, workspace.userId);
  const rows = Array.from({ length: 60_000 }, (_, n) => `person.number.${n}@example.test,Name of ${n}\n`);
  const file = csvFile("big.csv", `email,name\n${rows.join("")}`);
  await chooseFile(page, `/${workspace.slug}`, file);
  await checkFile(page);
  await expect(page.getByRole("button", { name: "Import 60,000 contacts", exact: true })).toBeVisible();
  const parts = proxy.bodies.filter(({ path }) => path.includes("/api/uploads/"));
  expect(parts.map(({ path }) => Number(path.split("/").at(-1)))).toEqual([0, 1, 1, 2, 3]);
  expect(Math.max(...proxy.bodies.map(({ bytes }) => bytes))).toBeLessThan(1_000_000);
  expect(parts.filter(({ dropped }) => !dropped).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(
    file.buffer.length,
  );
  await page.context().close();
  proxy.close();
});

test("a proxy that refuses even the parts of an upload is named as what is in the way", async ({
  browser,
  workspace,
}) => {
  const proxy = await limitingProxy({ bodyBytesMax: 100_000 });
  const page = await pageThrough(browser, proxy.url, workspace.userId);
  await page.goto(`/${workspace.slug}/imports/new`);
  const text = `email,name\n${"ada@example.test,Ada\n".repeat(10_000)}`;
  await page.getByLabel("File of contacts").setInputFiles(csvFile("big.csv", text));
  await expect(
    page.getByRole("alert").filter({ hasText: "A proxy between you and Postroad refuses uploads of 900 kB" }),
  ).toBeVisible();
  await page.context().close();
  proxy.close();
});

test("a part holds no more than it may, whatever length it claims", async ({
  workspace,
  signedInPage: page,
}) => {
  const cookies = await page.context().cookies();
  const answer = await fetch(`${env.APP_URL}/api/uploads/${workspace.workspaceId}/0`, {
    method: "PUT",
    duplex: "half",
    headers: {
      origin: env.APP_URL,
      "x-workspace": workspace.slug,
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
    },
    body: Readable.toWeb(Readable.from(Array.from({ length: 30 }, () => new Uint8Array(100_000)))),
  } as RequestInit);
  expect(answer.status).toBe(413);
  await answer.body?.cancel();
});

type Body = { path: string; bytes: number; dropped: boolean };

/** A proxy between the browser and the product, as companies have them: it answers 413 to what is too large for it. */
async function limitingProxy({ bodyBytesMax, dropsOnce }: { bodyBytesMax: number; dropsOnce?: RegExp }) {
  const bodies: Body[] = [];
  let drops = dropsOnce;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { pathname: path } = new URL(request.url ?? "");
      const dropped = drops?.test(path) ?? false;
      if (body.length > 0) bodies.push({ path, bytes: body.length, dropped });
      if (dropped) {
        drops = undefined;
        request.socket.destroy();
      } else if (body.length > bodyBytesMax)
        response.writeHead(413).end("<html>413 Request Entity Too Large</html>");
      else {
        const { method, headers } = request;
        const asked = requestHttp(request.url ?? "", { ...(method && { method }), headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        asked.on("error", () => response.destroy());
        response.on("close", () => asked.destroy());
        asked.end(body);
      }
    });
  });
  return {
    url: await listening(server),
    bodies,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A page whose every request goes through the proxy. */
async function pageThrough(browser: Browser, proxy: string, userId: string): Promise<Page> {
  // Chromium goes past proxies to its own machine unless it is told not to.
  const context = await browser.newContext({ proxy: { server: proxy, bypass: "<-loopback>" } });
  const page = await context.newPage();
  await signIn(page, userId);
  return page;
}
