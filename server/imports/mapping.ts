import { fieldGroups, fieldsByDefault } from "#server/exports/schema";
import {
  type ColumnMapping,
  remarkPrefix,
  specialTargets,
  standardFields,
  type StandardField,
} from "./schema.ts";

/** What headers of other tools call our fields, without case, spaces and punctuation. */
export const aliases: Record<StandardField | "tags", readonly string[]> = {
  email: [
    "email",
    "emailaddress",
    "mail",
    "mailaddress",
    "emailid",
    "workemail",
    "businessemail",
    "primaryemail",
    "contactemail",
    "eadresse",
    "correo",
    "courriel",
    "correoelectronico",
    "emailadresse",
    "mailadresse",
    "adresseemail",
    "indirizzoemail",
    "eposta",
    "epost",
  ],
  first_name: [
    "firstname",
    "fname",
    "first",
    "givenname",
    "forename",
    "vorname",
    "prenom",
    "nombre",
    "voornaam",
    "imie",
    "fornavn",
    "etunimi",
  ],
  last_name: [
    "lastname",
    "lname",
    "last",
    "surname",
    "familyname",
    "nachname",
    "nom",
    "apellido",
    "apellidos",
    "cognome",
    "achternaam",
    "nazwisko",
    "familienname",
  ],
  name: ["name", "fullname", "contactname", "displayname"],
  company: [
    "company",
    "companyname",
    "empresa",
    "societe",
    "azienda",
    "bedrijf",
    "unternehmen",
    "organization",
    "organisation",
    "org",
    "employer",
    "account",
    "accountname",
    "firma",
    "entreprise",
  ],
  job_title: ["jobtitle", "title", "position", "role", "jobposition"],
  phone: [
    "phone",
    "phonenumber",
    "phone1",
    "mobile",
    "mobilephone",
    "cell",
    "telephone",
    "tel",
    "workphone",
    "telefon",
    "telefono",
    "telefone",
    "handy",
    "mobil",
  ],
  city: [
    "city",
    "town",
    "locality",
    "ort",
    "stadt",
    "ville",
    "ciudad",
    "citta",
    "cidade",
    "plaats",
    "miasto",
  ],
  state: ["state", "province", "region", "stateprovince"],
  country: ["country", "countryname", "land", "pays", "paese", "kraj"],
  timezone: ["timezone", "tz"],
  language: ["language", "lang", "locale", "sprache", "langue", "idioma"],
  tags: ["tags", "tag", "labels", "label", "etiquetas", "schlagworte"],
};

export const squeezed = (header: string) =>
  header
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");

/**
 * Guesses what each column holds, from its header alone: a known name or alias (each field once, the first
 * column that fits), else a text custom field. Everything can be changed afterwards.
 */
export function guessMapping(headers: readonly string[]): ColumnMapping[] {
  const taken = new Set<string>();
  const keys = new Set<string>();
  const guessed = new Map<number, string>();
  const targets = [...standardFields, "tags"] as const;
  for (const target of targets) {
    // The earlier alias wins over the earlier column: "email" beats "work email", wherever they stand.
    const index = firstMatch(headers, aliases[target], guessed);
    if (index !== undefined) guessed.set(index, target);
  }
  const own = isExport(headers);
  return headers.map((header, column) => {
    if (header.startsWith(remarkPrefix)) return { column, header, target: "ignore" };
    const target = (own ? ownTarget(header) : undefined) ?? guessed.get(column);
    if (target === "ignore") return { column, header, target };
    if (target && !taken.has(target)) {
      taken.add(target);
      return { column, header, target };
    }
    return { column, header, target: `custom.${customKey(header, column, keys)}` };
  });
}

/** Whether the file is an export of ours: its columns say themselves where they go. */
export const isExport = (headers: readonly string[]) =>
  headers.includes("email")
  && headers.some((header) => header === "lifecycle_stage" || customHeader.test(header));

const customHeader = /^custom\.[a-z][a-z0-9_]{0,62}$/;

/** Where a column of an export goes; "ignore" when it says what only the workspace it came from could know. */
function ownTarget(header: string): string | undefined {
  if (customHeader.test(header) || specialTargets.some((target) => target === header)) return header;
  return exportOnly.has(header) ? "ignore" : undefined;
}

const restored = new Set<string>(fieldsByDefault);
const exportOnly = new Set<string>(
  fieldGroups.flatMap(({ fields }) => fields.map(({ name }) => name)).filter((name) => !restored.has(name)),
);

/** Whether some header names the column with the addresses. */
export const knowsAddressColumn = (headers: readonly string[]): boolean =>
  guessMapping(headers).some(({ target }) => target === "email");

function firstMatch(
  headers: readonly string[],
  names: readonly string[],
  guessed: ReadonlyMap<number, string>,
): number | undefined {
  for (const name of names) {
    const index = headers.findIndex((header, column) => !guessed.has(column) && squeezed(header) === name);
    if (index >= 0) return index;
  }
  return undefined;
}

/** A header as the name of a custom field: `a-z 0-9 _`, at most 63 characters, a letter first, unlike the others of the file. */
function customKey(header: string, column: number, keys: Set<string>): string {
  const plain = header
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/^(custom|cf)[_. ]+/, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60);
  const base = /^[a-z]/.test(plain) ? plain : plain ? `field_${plain}`.slice(0, 60) : `column_${column + 1}`;
  let key = base;
  for (let count = 2; keys.has(key); count++) key = `${base.slice(0, 58)}_${count}`;
  keys.add(key);
  return key;
}
