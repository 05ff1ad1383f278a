import { describe, expect, test } from "vitest";
import { guessColumns, likenessOf } from "./guesses.ts";
import { inferColumn } from "./infer.ts";

const rows = (...lines: string[][]) => lines.map((fields, at) => ({ line: at + 2, fields }));
const guess = (headers: string[], ...lines: string[][]) => {
  const { mapping, guesses } = guessColumns({ headers, rows: rows(...lines) });
  return mapping.map(({ target }, at) => [target, guesses[at]?.how]);
};

test("a name that is known, or alike, is proposed with how sure that is; every field once", () => {
  expect(guess(["E-Mail", "Fist Name", "organisaton", "company", "Colour"])).toEqual([
    ["email", "exact"],
    ["first_name", "fuzzy"],
    ["custom.organisaton", "none"],
    ["company", "exact"],
    ["custom.colour", "none"],
  ]);
  const { guesses } = guessColumns({ headers: ["email", "organisaton"], rows: [] });
  expect(guesses[1]).toEqual({ how: "fuzzy", confidence: 0.92 });
});

test("short names and negations are not taken for what they resemble", () => {
  expect(
    guess(["email", "male", "names", "inactive", "statue", "emails sent", "county"])
      .slice(1)
      .map(([target]) => target),
  ).toEqual([
    "custom.male",
    "custom.names",
    "custom.inactive",
    "custom.statue",
    "custom.emails_sent",
    "custom.county",
  ]);
  expect(likenessOf("", "")).toBe(0);
});

test("cells of several names out of few are choices; sentences, places and numbers are not", () => {
  const typeOf = (values: string[], form?: { own: boolean }) => inferColumn("Likes", values, form).fieldType;
  expect(typeOf(["Tea, Jam", "Tea", "Jam; Cake", "Tea", "Cake, Tea", "Jam"])).toBe("multi_select");
  expect(typeOf(["Ulm, DE", "Bonn, DE", "Paris, FR", "Ulm, DE", "Bonn, DE", "Ulm, DE"])).toBe("text");
  expect(typeOf(["Hello, you", "Met at the fair", "Rain, snow, sun", "Hello"])).toBe("text");
  expect(typeOf(["1,500", "200", "1,500", "200", "1,200", "500"])).toBe("text");
  expect(typeOf(["Tea|Jam", "Cake"])).toBe("multi_select");
  expect(typeOf(["Sales | Acme", "Head of Jam | Cakes"])).toBe("text");
  expect(typeOf(["Tea|Jam", "Cake"], { own: true })).toBe("multi_select");
  expect(typeOf(["Tea|Jam, please", "Cake"], { own: true })).toBe("text");
});

test("several languages are understood", () => {
  expect(guess(["Correo electrónico", "Apellidos", "Empresa", "Teléfono"]).map(([target]) => target)).toEqual(
    ["email", "last_name", "company", "phone"],
  );
});

test("without a column named so, the one full of addresses holds them", () => {
  const [first, second] = guess(["Who", "Where"], ["a@example.com", "Ulm"], ["b@example.com", "Bonn"]);
  expect([first, second]).toEqual([
    ["email", "values"],
    ["custom.where", "none"],
  ]);
});

test("the columns of another product's export go where they mean something here", () => {
  expect(
    guess(["Email Address", "First Name", "MEMBER_RATING", "OPTIN_TIME", "CC", "LAST_CHANGED", "TAGS"]).map(
      ([target]) => target,
    ),
  ).toEqual(["email", "first_name", "ignore", "custom.optin_time", "country", "updated_at", "tags"]);
  expect(guess(["Email", "Lead Status", "Company Name"])[1]).toEqual(["status", "preset"]);
});

test("the mapping of last time is proposed for columns of the same names", () => {
  const headers = ["email", "plan"];
  const remembered = [
    { column: 0, header: "Email", target: "email" },
    { column: 1, header: "Plan", target: "custom.tier" },
  ];
  expect(guessColumns({ headers, rows: [], remembered })).toEqual({
    mapping: [
      { column: 0, header: "email", target: "email" },
      { column: 1, header: "plan", target: "custom.tier" },
    ],
    guesses: [
      { how: "remembered", confidence: 1 },
      { how: "remembered", confidence: 1 },
    ],
  });
});

describe("the type of a new field", () => {
  test.each(["zip", "Postal Code", "customer id", "Order No", "Phone 2"])(
    "digits under %s are a name",
    (header) => {
      expect(inferColumn(header, ["70116", "48116", "99501"])).toEqual({ fieldType: "text" });
    },
  );
  test.each<[string[], object]>([
    [["1", "2.5", "-3"], { fieldType: "number" }],
    [["01067", "10115", "80331"], { fieldType: "text" }],
    [["12345678901234567", "1", "2"], { fieldType: "text" }],
    [["yes", "No", "TRUE"], { fieldType: "boolean" }],
    [["1", "0", "1"], { fieldType: "number" }],
    [["2024-01-31", "2024-02-01T10:00:00", "2023-12-01"], { fieldType: "date", dateOrder: "iso" }],
    [["31/01/2024", "01/02/2024", "02/03/2024"], { fieldType: "date", dateOrder: "dmy" }],
    [["01/31/2024", "01/02/2024", "02/03/2024"], { fieldType: "date", dateOrder: "mdy" }],
    [["01/02/2024", "02/03/2024", "03/04/2024"], { fieldType: "text" }],
    [["01.02.2024", "02.03.2024", "03.04.2024"], { fieldType: "date", dateOrder: "dmy" }],
    [["1", "2", "three"], { fieldType: "text" }],
    [["7"], { fieldType: "text" }],
  ])("of %j is %j", (values, type) => {
    expect(inferColumn("Column", values)).toEqual(type);
  });
});
