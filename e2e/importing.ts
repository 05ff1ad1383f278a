import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { env } from "#server/env";
import { v7 } from "uuid";
import { expect } from "./fixtures.ts";

type CsvFile = { name: string; mimeType: string; buffer: Buffer };

export const csvFile = (name: string, text: string): CsvFile => ({
  name,
  mimeType: "text/csv",
  buffer: Buffer.from(text),
});

/** A file of `e2e/fixtures`. */
export const fixture = (name: string): string => path.join(import.meta.dirname, "fixtures", name);

/** The sample that the wizard at `home` offers, as a file to choose. */
export async function sampleFile(page: Page): Promise<CsvFile> {
  const href = await page.getByRole("link", { name: "Download sample" }).getAttribute("href");
  const answer = await page.request.get(href ?? "");
  expect(answer.ok()).toBe(true);
  return { name: "sample.csv", mimeType: "text/csv", buffer: await answer.body() };
}

/** Opens the wizard and gives it a file; the columns are there afterwards. */
export async function chooseFile(page: Page, home: string, file: string | CsvFile): Promise<void> {
  await page.goto(`${home}/imports/new`);
  await page.getByLabel("File of contacts").setInputFiles(file);
  await expect(page.getByRole("heading", { name: "Where each column goes" })).toBeVisible({
    timeout: 30_000,
  });
}

/** From the columns, as they were guessed, to what the check found. */
export async function checkFile(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Check file" }).click();
  await expect(page.getByRole("heading", { name: "This is what will happen" })).toBeVisible({
    timeout: 30_000,
  });
}

/** The button that starts the import, with or without rows that are left out. */
export const startButton = (page: Page): Locator =>
  page.getByRole("button", { name: /^Import (valid rows: )?[\d,]+ contacts?$/ });

export type Result = {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  rejected: number;
};

/** Waits for the import on the page to complete, and reads the line that says what became of its rows. */
export async function importResult(page: Page): Promise<Result> {
  const line = page.getByRole("status").filter({ hasText: /^[\d,]+ rows?: .* rejected\.$/ });
  await expect(line).toBeVisible({ timeout: 60_000 });
  const words = (await line.textContent()) ?? "";
  const number = (word: string) =>
    Number((new RegExp(`([\\d,]+) ${word}`).exec(words)?.[1] ?? "0").replaceAll(",", ""));
  return {
    rows: number("rows?"),
    created: number("created"),
    updated: number("updated"),
    unchanged: number("unchanged"),
    skipped: number("skipped"),
    rejected: number("rejected"),
  };
}

/**
 * Brings a file in as the wizard does with all of its guesses, without a page of it: for what comes after an import.
 * The page of the import is open then, and the import has ended.
 */
export async function importedFile(page: Page, slug: string, { name, buffer }: CsvFile): Promise<Result> {
  const id = v7();
  const headers = { "x-workspace": slug, origin: env.APP_URL };
  const ask = async (step: "create" | "inspect" | "check" | "start", input: object): Promise<unknown> => {
    const answer = await page.request.post(`/api/trpc/imports.${step}`, { headers, data: { json: input } });
    expect(answer.ok(), `${step}: ${await answer.text()}`).toBe(true);
    return ((await answer.json()) as { result: { data: { json: unknown } } }).result.data.json;
  };
  await ask("create", { key: id, fileName: name, sizeBytes: buffer.length });
  const sent = await page.request.put(`/api/uploads/${id}/0`, {
    headers: { ...headers, "content-type": "application/octet-stream" },
    data: buffer,
  });
  expect(sent.ok(), await sent.text()).toBe(true);
  const { mapping } = (await ask("inspect", { id })) as { mapping: object[] };
  await ask("check", { id, mapping, options: {} });
  const query = encodeURIComponent(JSON.stringify({ json: { id } }));
  const status = async () =>
    (await page.request.get(`/api/trpc/imports.byId?input=${query}`, { headers })).text();
  await expect.poll(status, { timeout: 30_000 }).toContain('"status":"awaiting_confirmation"');
  await ask("start", { id });
  await page.goto(`/${slug}/imports/${id}`);
  return importResult(page);
}

/** Brings the sample in through the wizard, onto a new list. `home` is the path of the workspace. */
export async function importSample(
  page: Page,
  home: string,
  { list }: { list: string },
): Promise<{ created: number }> {
  await page.goto(`${home}/imports/new`);
  await chooseFile(page, home, await sampleFile(page));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Add to a list").selectOption({ label: "A new list…" });
  await page.getByLabel("Name of the new list").fill(list);
  await page.getByRole("button", { name: "Check file" }).click();
  await startButton(page).click({ timeout: 30_000 });
  await expect(page).toHaveURL(/\/imports\/[0-9a-f-]{36}$/);
  const { created } = await importResult(page);
  return { created };
}
