import { startNameServer, type Zone } from "#server/domains/testing-name-server";
import { expect, moveClock, test } from "./fixtures.ts";
import { accessibilityFindings } from "./scan.ts";

test("a domain is set up, its records are found once they are there, its key is changed, and a block list names it", async ({
  workspace,
  signedInPage: page,
}) => {
  const zone: Zone = new Map();
  const server = await startNameServer(zone, Number(process.env.DNS_SERVERS?.split(":")[1]));
  const domain = `${workspace.slug}.example`;
  const record = (name: string) => page.getByRole("region", { name, exact: true });
  try {
    await test.step("its records are shown, and looked for at once", async () => {
      await page.goto(`/${workspace.slug}/settings/domains`);
      await expect(page.getByRole("heading", { name: "No domains yet" })).toBeVisible();
      await page.getByRole("button", { name: "Add domain" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Domain", { exact: true }).fill("my domain.com");
      await dialog.getByRole("button", { name: "Add domain" }).click();
      await expect(dialog.getByText("letters, digits, hyphens and dots only")).toBeVisible();
      await dialog.getByLabel("Domain", { exact: true }).fill(`https://${domain}/`);
      await dialog.getByRole("button", { name: "Add domain" }).click();
      await expect(page.getByRole("heading", { level: 1, name: domain })).toBeVisible();
      for (const name of ["Signature (DKIM)", "Servers (SPF)", "Policy (DMARC)"])
        await expect(record(name).getByText("Not found", { exact: true })).toBeVisible();
      await expect(page.getByText("Waiting for DNS")).toBeVisible();
      expect(await accessibilityFindings(page)).toEqual([]);
    });

    await test.step("set, they are found", async () => {
      const [name = "", value = ""] = await record("Signature (DKIM)").locator("code").allTextContents();
      expect(name).toMatch(new RegExp(`^pr-[0-9a-f]+\\._domainkey\\.${domain}$`));
      zone.set(name, [value]);
      zone.set(domain, ["v=spf1 mx +all"]);
      await page.getByRole("button", { name: "Check again" }).click();
      await expect(record("Signature (DKIM)").getByText("Found", { exact: true })).toBeVisible();
      await expect(page.getByText("Signed", { exact: true })).toBeVisible();
      await expect(record("Servers (SPF)").getByText(/lets everybody send mail in your name/)).toBeVisible();
    });

    await test.step("a new key waits until its own record is there", async () => {
      await page.getByRole("button", { name: "New key" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Make a new key" }).click();
      await expect(page.getByText("A new key waits for its record")).toBeVisible();
      const [name = "", value = ""] = await record("Next signature (DKIM)").locator("code").allTextContents();
      expect(await accessibilityFindings(page)).toEqual([]);
      zone.set(name, [value]);
      await page.getByRole("button", { name: "Check again" }).click();
      await expect(record("Next signature (DKIM)")).toHaveCount(0);
      await expect(record("Signature (DKIM)").getByText(name, { exact: true })).toBeVisible();
      await expect(record("Key").getByText("can be removed from")).toBeVisible();
    });

    await test.step("a block list names it, and then does not", async () => {
      const lists = record("Block lists");
      const again = async () => page.getByRole("button", { name: "Check again" }).click();
      await expect(lists.getByText("Not listed", { exact: true })).toBeVisible();
      zone.set(`a ${domain}.dbl.test`, ["127.0.1.2"]).set(`${domain}.dbl.test`, ["Ask at https://dbl.test/"]);
      await again();
      await expect(lists.getByText(/only then it counts/)).toBeVisible();
      await moveClock("11 minutes");
      await again();
      await expect(page.getByText(`${domain} is on a block list`)).toBeVisible();
      await expect(lists.getByText("It says: “Ask at https://dbl.test/”")).toBeVisible();
      expect(await accessibilityFindings(page)).toEqual([]);
      zone.delete(`a ${domain}.dbl.test`);
      await again();
      await expect(page.getByText(`${domain} is on no block list any more`)).toBeVisible();
    });

    await test.step("the list says what is left to do", async () => {
      await page
        .getByRole("navigation", { name: "Breadcrumbs" })
        .getByRole("link", { name: "Domains" })
        .click();
      const row = page.getByRole("table", { name: "Domains" }).getByRole("row", { name: domain });
      await expect(row.getByText("Signed", { exact: true })).toBeVisible();
      await expect(row.getByText("SPF, DMARC")).toBeVisible();
      expect(await accessibilityFindings(page)).toEqual([]);
    });
  } finally {
    await server.stop();
  }
});
