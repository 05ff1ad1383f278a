/** Sixty people of twelve companies, the same every time: what the demo workspace begins with. */
const companies = [
  {
    name: "Northwind Cycles",
    domain: "northwind-cycles.example",
    city: "Berlin",
    country: "Germany",
    timezone: "Europe/Berlin",
  },
  {
    name: "Café Lumière",
    domain: "cafe-lumiere.example",
    city: "Lyon",
    country: "France",
    timezone: "Europe/Paris",
  },
  {
    name: "Harbor & Pine",
    domain: "harborpine.example",
    city: "Portland",
    country: "United States",
    timezone: "America/Los_Angeles",
  },
  {
    name: "Kestrel Analytics",
    domain: "kestrel.example",
    city: "London",
    country: "United Kingdom",
    timezone: "Europe/London",
  },
  {
    name: "Sakura Robotics",
    domain: "sakura-robotics.example",
    city: "Osaka",
    country: "Japan",
    timezone: "Asia/Tokyo",
  },
  {
    name: "Monte Verde Coffee",
    domain: "monteverde.example",
    city: "Medellín",
    country: "Colombia",
    timezone: "America/Bogota",
  },
  {
    name: "Fjord Energy",
    domain: "fjordenergy.example",
    city: "Bergen",
    country: "Norway",
    timezone: "Europe/Oslo",
  },
  {
    name: "Blue Heron Books",
    domain: "blueheron.example",
    city: "Toronto",
    country: "Canada",
    timezone: "America/Toronto",
  },
  {
    name: "Atlas Freight",
    domain: "atlasfreight.example",
    city: "Rotterdam",
    country: "Netherlands",
    timezone: "Europe/Amsterdam",
  },
  {
    name: "Red Kite Studio",
    domain: "redkite.example",
    city: "Cardiff",
    country: "United Kingdom",
    timezone: "Europe/London",
  },
  {
    name: "Juniper Health",
    domain: "juniperhealth.example",
    city: "Austin",
    country: "United States",
    timezone: "America/Chicago",
  },
  {
    name: "Banyan Learning",
    domain: "banyan.example",
    city: "Bengaluru",
    country: "India",
    timezone: "Asia/Kolkata",
  },
] as const;

const firstNames =
  "Ada Bruno Chiara Dmitri Elif Femi Grace Hugo Ines Jonas Keiko Liam Maya Nils Olga Pablo Quinn Rosa Sven Tara "
  + "Uma Viktor Wanda Ximena Yusuf Zoë Amir Bea Carlos Dana";
const lastNames =
  "Lindgren Moreau O’Neill Takahashi Schäfer Okafor Rossi Novak García Brandt Kaya Svensson Dubois Patel Whitaker "
  + "Ferreira Holm Andersen Castillo Weber";
const titles = ["Head of Marketing", "Founder", "Operations Lead", "Product Manager", "Account Director"];
const plans = ["free", "starter", "team"];

export type SeedContact = ReturnType<typeof seedContacts>[number];

export function seedContacts() {
  const first = firstNames.split(" ");
  const last = lastNames.split(" ");
  return Array.from({ length: 60 }, (_, index) => {
    const company = pick(companies, index);
    const firstName = pick(first, index);
    // A step that shares no factor with the length: no two people have the same name.
    const lastName = pick(last, index * 7 + Math.floor(index / 20));
    return {
      email: `${ascii(firstName)}.${ascii(lastName)}@${company.domain}`,
      firstName,
      lastName,
      name: `${firstName} ${lastName}`,
      company: company.name,
      jobTitle: pick(titles, index * 3),
      city: company.city,
      country: company.country,
      timezone: company.timezone,
      customFields: { plan: pick(plans, index * 5 + Math.floor(index / 3)) },
    };
  });
}

function pick<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error("Nothing to pick from.");
  return item;
}

const ascii = (name: string) =>
  name
    .normalize("NFKD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
