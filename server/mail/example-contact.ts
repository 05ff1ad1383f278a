import { checkTemplate, variablesOf } from "./liquid.ts";
import type { MergeContact } from "./merge-fields.ts";

/** Who a preview is for when nobody was chosen. */
export const exampleContact: MergeContact = {
  email: "ada@example.com",
  firstName: "Ada",
  lastName: "Lovelace",
  name: "Ada Lovelace",
  phone: "+15551234567",
  company: "Analytical Engines",
  jobTitle: "Mathematician",
  city: "London",
  state: "England",
  country: "GB",
  timezone: "Europe/London",
  language: "en",
  leadScore: 42,
  createdAt: new Date("2026-01-15T09:00:00Z"),
  lastActivityAt: new Date("2026-02-03T14:30:00Z"),
  tags: ["customer", "newsletter"],
  customFields: {},
};

/** The same for these texts, with something in every custom field that they name. */
export const exampleOf = (sources: readonly (string | null | undefined)[]): MergeContact => ({
  ...exampleContact,
  customFields: Object.fromEntries(
    sources
      .flatMap((source) => (source && checkTemplate(source).length === 0 ? variablesOf(source) : []))
      .flatMap((path) => (path.startsWith("custom.") ? [[path.slice("custom.".length), "Example"]] : [])),
  ),
});
