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
