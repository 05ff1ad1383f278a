import type { Page } from "@playwright/test";
import axe from "axe-core";

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** Accessibility findings on the page as it stands, one line each; of all rules, or of these. */
export async function accessibilityFindings(page: Page, rules?: string[]): Promise<string[]> {
  // It stays in the page until the next one is loaded.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const { violations } = await window.axe.run(document, {
      // Previews of emails are sealed off from scripts, and sheets of style are not looked at.
      iframes: false,
      preload: false,
      resultTypes: ["violations"],
      ...(only && { runOnly: { type: "rule", values: only } }),
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
    );
  }, rules ?? null);
}
