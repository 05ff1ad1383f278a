import { csvLine } from "./csv.ts";

const firstNames = [
  "Ada",
  "Zoë",
  "Jürgen",
  "Søren",
  "Ana María",
  "O'Neil",
  "Łukasz",
  "Chloé",
  "Mehmet",
  "Noor",
  "Ines",
  "Yuki",
  "Bogdan",
  "Priya",
  "Tomás",
  "Aïcha",
  "Björn",
  "Mei",
  "Ravi",
  "Éloïse",
];
const lastNames = [
  "Lovelace",
  "Müller",
  "Nørgård",
  "García López",
  "D'Amico",
  "van der Berg",
  "Şahin",
  "Kowalczyk",
  "Tanaka",
  "Dubois",
  "Okafor",
  "Ionescu",
  "Novák",
  "Ramírez",
  "Lindqvist",
  "Haddad",
];
const companies = [
  "Acme, Inc.",
  "Müller & Söhne GmbH",
  'The "Good" Bakery',
  "North Star",
  "Café Olé, S.L.",
  "Blue Ridge\nOutfitters",
  "Kiln & Co",
  "Harbour Lights",
  "Żubr Sp. z o.o.",
  "Data; Works",
];
const titles = [
  "Owner",
  "Head of Marketing",
  "Buyer",
  "Engineer, Platform",
  "CEO / Founder",
  "",
  "Office manager",
];
const cities = ["Berlin", "São Paulo", "Kraków", "Lyon", "Portland", "Århus", "Cork", ""];
const domains = ["example.com", "example.org", "example.net", "mail.test"];
const plans = ["free", "pro", "team", ""];
const badAddresses = [
  "",
  "nobody",
  "two@example.com, three@example.com",
  "space in@example.com",
  "dots..twice@example.com",
  "no-domain@",
  "@no-local.example.com",
  "tld@example",
];

export const sampleRowCount = 500;

/**
 * A file of 500 rows with what real files bring: quotes, commas, accents, line breaks within values, addresses in
 * mixed case and more than once, blank cells, phone numbers with leading zeros, and a few rows that cannot be
 * imported. The same every time; all addresses lie in domains that are reserved for examples.
 */
export function sampleContacts(): string {
  const lines = [
    csvLine([
      "Email Address",
      "First Name",
      "Last Name",
      "Company",
      "Job Title",
      "Phone",
      "City",
      "Plan",
      "Notes",
      "Tags",
    ]),
  ];
  for (let row = 0; row < sampleRowCount; row++) lines.push(csvLine(sampleRow(row)));
  return `\ufeff${lines.join("")}`;
}

const pick = (from: readonly string[], at: number) => from[at % from.length] ?? "";

function sampleRow(row: number): string[] {
  const first = pick(firstNames, row);
  const last = pick(lastNames, row * 7 + Math.floor(row / 16));
  return [
    addressOf(row, first, last),
    first,
    last,
    pick(companies, row * 3),
    pick(titles, row * 5),
    row % 4 === 0 ? "" : `0${30 + (row % 60)} ${String(1_000_000 + row * 7919).slice(0, 7)}`,
    pick(cities, row * 11),
    pick(plans, row),
    row % 25 === 0 ? `Met at the fair.\nSaid: "call me, please".` : "",
    row % 6 === 0 ? "Newsletter; VIP" : row % 5 === 0 ? "newsletter" : "",
  ];
}

function addressOf(row: number, first: string, last: string): string {
  if (row % 60 === 42) return pick(badAddresses, Math.floor(row / 60));
  // Every fortieth row is somebody who came before, written otherwise.
  const who = row % 40 === 39 ? row - 20 : row;
  const plain = (text: string) =>
    text
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/[łŁ]/g, "l")
      .replace(/[øØ]/g, "o")
      .replace(/[^a-zA-Z]/g, "")
      .toLowerCase();
  const name =
    who === row
      ? `${plain(first)}.${plain(last)}`
      : `${plain(pick(firstNames, who))}.${plain(pick(lastNames, who * 7 + Math.floor(who / 16)))}`;
  const address = `${name}${who}@${pick(domains, who)}`;
  return who === row ? (row % 17 === 0 ? `  ${address.toUpperCase()} ` : address) : address.toUpperCase();
}
