/** How another product names the columns of its exports: all of `signature` must be there. Names are squeezed. */
type Preset = { product: string; signature: readonly string[]; targets: Readonly<Record<string, string>> };

const ignored = (...names: string[]) => Object.fromEntries(names.map((name) => [name, "ignore"]));

/**
 * Exports of other products, with what is peculiar to each: columns that mean nothing outside of it are left out, and the
 * state of a person becomes their status, which an import can only make stricter.
 */
const presets: readonly Preset[] = [
  {
    product: "Mailchimp",
    signature: ["emailaddress", "memberrating", "optintime"],
    targets: {
      ...ignored("memberrating", "optinip", "confirmip", "latitude", "longitude", "gmtoff", "dstoff"),
      ...ignored("leid", "euid", "confirmtime"),
      cc: "country",
      region: "state",
      timezone: "timezone",
      lastchanged: "updated_at",
      tags: "tags",
    },
  },
  {
    product: "HubSpot",
    signature: ["recordid", "email", "contactowner"],
    targets: {
      ...ignored("recordid", "contactowner", "associatedcompanyids", "associatedcontactids"),
      associatedcompany: "company",
      phonenumber: "phone",
      lastmodifieddate: "updated_at",
    },
  },
  {
    product: "Apollo",
    signature: ["email", "apollocontactid", "seniority"],
    targets: {
      ...ignored("apollocontactid", "apolloaccountid", "emailconfidence", "emailopen", "emailbounced"),
      ...ignored("primaryemailsource", "primaryemailverificationsource", "contactowner", "accountowner"),
      companynameforemails: "ignore",
      title: "job_title",
      workdirectphone: "phone",
    },
  },
  {
    product: "Instantly",
    signature: ["email", "leadstatus", "companyname"],
    targets: { leadstatus: "status", companyname: "company", ...ignored("verificationstatus", "esp") },
  },
  {
    product: "Smartlead",
    signature: ["email", "companyname", "linkedinprofile"],
    targets: {
      companyname: "company",
      phonenumber: "phone",
      location: "city",
      leadstatus: "status",
      status: "status",
      ...ignored("id", "leadid", "replycount", "opencount", "clickcount", "sequencenumber"),
    },
  },
];

/** The product whose export has these (squeezed) names of columns, and where its columns go. */
export const presetFor = (names: readonly string[]): Preset | undefined =>
  presets.find(({ signature }) => signature.every((name) => names.includes(name)));
