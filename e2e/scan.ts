import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** Serious and critical accessibility findings on the page as it stands, one line each; of all rules, or of these. */
export async function seriousFindings(page: Page, rules?: string[]): Promise<string[]> {
  // Previews of emails are sealed off from scripts, axe's too. No frames: so the page itself can put its findings
  // together ("legacy"), in half of the time that a blank second page would need for it.
  const scan = new AxeBuilder({ page })
    .exclude("iframe")
    .setLegacyMode()
    .options({ resultTypes: ["violations"] });
  const { violations } = await (rules ? scan.withRules(rules) : scan).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
