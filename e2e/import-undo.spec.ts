import postgres from "postgres";
import { readFile } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { withTenant } from "#db/tenancy";
import { env } from "#server/env";
import { expect, test } from "./fixtures.ts";
import { checkFile, chooseFile, csvFile, importedFile, importResult, startButton } from "./importing.ts";
import { accessibilityFindings } from "./scan.ts";

test("undo names who stays and with which field before it begins, and what it could not take back after", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(120_000);
  const rows = ["ada", "grace", "linus", "ken"].map((name) => `${name}@example.test,${name},Acme\n`);
  await importedFile(page, workspace.slug, csvFile("people.csv", `email,name,company\n${rows.join("")}`));
  await withTenant(workspace.scope, (tx) =>
    tx.execute(
      sql`update contacts set company = 'By hand', version = version + 1 where email = 'ada@example.test'`,
    ),
  );
  const allow = await refuseToDelete(workspace.workspaceId, "ken@example.test");

  await page.getByRole("button", { name: "Undo import" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem").filter({ hasText: "will stay" })).toContainText("1");
  await dialog.getByText("Contacts that stay, wholly or in part").click();
  const stays = dialog.getByRole("listitem").filter({ hasText: "ada@example.test" });
  await expect(stays).toContainText("changed since: company");
  expect(await accessibilityFindings(page), "undo").toEqual([]);
  await dialog.getByLabel(/Type undo to go on/).fill("undo");
  await dialog.getByRole("button", { name: "Undo import" }).click();

  await expect(page.getByRole("heading", { name: "This import was undone" })).toBeVisible({
    timeout: 60_000,
  });
  const line = (text: string) => page.getByRole("listitem").filter({ hasText: text });
  await expect(line("contacts were deleted")).toContainText("2");
  await expect(line("could not be taken back and was left as found")).toContainText("1");
  await page.getByText("Contacts that were kept, wholly or in part").click();
  await expect(line("ken@example.test")).toContainText("could not be taken back by the database");
  expect(await accessibilityFindings(page), "undone").toEqual([]);
  await allow();
});

test("rejected rows are downloaded, mended in the file and imported with it", async ({
  signedInPage: page,
  workspace,
}) => {
  test.setTimeout(120_000);
  const text = 'email,name\nada@example.test,Ada\nbroken(at)example.test,"Broken, ""B"""\n';
  const result = await importedFile(page, workspace.slug, csvFile("people.csv", text));
  expect(result).toMatchObject({ created: 1, rejected: 1 });
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download rejected rows" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("rejected-people.csv");
  const rejected = await readFile(await download.path(), "utf8");
  expect(rejected).toContain('The address has no ""@"".');

  const mended = rejected.replace("(at)", "@");
  await chooseFile(page, `/${workspace.slug}`, csvFile(download.suggestedFilename(), mended));
  await expect(page.getByLabel("Field for postroad_problem")).toHaveValue("ignore");
  await checkFile(page);
  await startButton(page).click();
  expect(await importResult(page)).toMatchObject({ rows: 1, created: 1, rejected: 0 });
});

/** Makes the database refuse to delete one contact, as a fault would; the result lets it again. */
async function refuseToDelete(workspaceId: string, email: string): Promise<() => Promise<void>> {
  const name = `refuse_${workspaceId.replaceAll("-", "")}`;
  const asOwner = async (statement: string) => {
    const owner = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined });
    await owner.unsafe(statement).finally(() => owner.end());
  };
  await asOwner(`
    create function ${name}() returns trigger language plpgsql as $$ begin
      if old.workspace_id = '${workspaceId}' and old.email = '${email}' then raise foreign_key_violation; end if;
      return old; end $$;
    create trigger ${name} before delete on contacts for each row execute function ${name}()`);
  return () => asOwner(`drop function ${name} cascade`);
}
