import { expect, test } from "vitest";
import { guessMapping } from "./mapping.ts";
import { isCandidate, rowReader } from "./validate.ts";

const headers = ["email", "first_name", "plan", "tags"];
const mapped = rowReader(guessMapping(headers), headers.length);
const read = (...cells: string[]) =>
  mapped(
    { line: 2, fields: Array.from(headers, (_, at) => cells[at] ?? "").concat(cells.slice(headers.length)) },
    1,
  );
const codeOf = (...fields: string[]) => {
  const result = read(...fields);
  return isCandidate(result) ? null : result.code;
};

test("a good row is cleaned and split into its parts", () => {
  expect(read("  Ada@EXAMPLE.com\u00a0", " Ada ", "007", "VIP; vip|new")).toEqual({
    row: 1,
    line: 2,
    email: "Ada@EXAMPLE.com",
    emailNormalized: "ada@example.com",
    values: { email: "Ada@EXAMPLE.com", first_name: "Ada" },
    custom: { plan: "007" },
    tags: ["vip", "new"],
    lists: [],
    warnings: [],
    raw: ["  Ada@EXAMPLE.com\u00a0", " Ada ", "007", "VIP; vip|new"],
  });
});

test("plus-parts and dots stay, an international domain becomes ASCII", () => {
  expect(read("a.da+x@bücher.test", "", "", "")).toMatchObject({
    emailNormalized: "a.da+x@xn--bcher-kva.test",
  });
});

test.each([
  "no-at-sign",
  "@example.com",
  "a@b",
  "a b@example.com",
  "a@example.com, b@example.com",
  ".a@example.com",
  "a..b@example.com",
  "a@exa_mple.com",
  "a@example.123",
  `${"x".repeat(65)}@example.com`,
])("%s is refused", (email) => expect(codeOf(email, "", "", "")).toBe("email_invalid"));

test("a row without an address, with damaged characters, or with too much in it says which", () => {
  expect(codeOf("", "Ada", "", "")).toBe("email_missing");
  expect(codeOf("ada@example.com", "A\ufffdda", "", "")).toBe("bad_characters");
  expect(codeOf("ada@example.com", "A\u0000da", "", "")).toBe("bad_characters");
  expect(codeOf("ada@example.com", "x".repeat(1001), "", "")).toBe("too_long");
  expect(codeOf("ada@example.com", "Ada", "", "", "more")).toBe("too_many_values");
});

test("a row of text that is shorter than its header is taken with a remark; what JSON leaves out is blank", () => {
  const fields = ["ada@example.comxAda", "x-large,vip"];
  expect(mapped({ line: 7, fields }, 6)).toMatchObject({
    line: 7,
    warnings: [
      {
        code: "too_few_values",
        value: "ada@example.comxAda | x-large,vip",
        message: expect.stringMatching(
          /^This row has 2 values, the header has 4 columns: a delimiter/,
        ) as string,
      },
    ],
  });
  const blank = rowReader(guessMapping(headers), headers.length, undefined, false);
  expect(blank({ line: 7, fields: ["ada@example.com"] }, 6)).toMatchObject({ warnings: [] });
  // The file of rejected rows has columns for what was left over, and fills them where there is some.
  const rest = [...headers, "postroad_rest_1"];
  const returned = rowReader(guessMapping(rest), rest.length);
  expect(returned({ line: 2, fields: ["ada@example.com", "Ada", "", ""] }, 1)).toMatchObject({
    warnings: [],
  });
});

test("a field takes as many characters from a file as from a form", () => {
  const names = ["email", "first_name", "phone", "language", "timezone"];
  const reader = rowReader(guessMapping(names), names.length);
  const take = (...cells: string[]) => reader({ line: 2, fields: ["ada@example.com", ...cells] }, 1);
  expect(isCandidate(take("x".repeat(200), "1".repeat(60), "x".repeat(35), "Europe/Berlin"))).toBe(true);
  const refused = {
    code: "too_long",
    message: expect.stringContaining('200 are allowed in "First name"') as string,
  };
  expect(take("x".repeat(201))).toMatchObject(refused);
  for (const cells of [
    ["", "1".repeat(61)],
    ["", "", "x".repeat(36)],
    ["", "", "", "x".repeat(65)],
  ])
    expect(take(...cells)).toMatchObject({ code: "too_long" });
});

test.each(["info", "Sales", "no-reply", "customer.service", "support+eu", "postmaster"])(
  "%s@ is taken, with the remark that it is nobody's own address",
  (local) => expect(read(`${local}@firm.test`)).toMatchObject({ warnings: [{ code: "role_account" }] }),
);

test("a person whose name begins like a task draws no remark", () => {
  for (const local of ["infante", "sales.smith", "adminah", "ada"])
    expect(read(`${local}@firm.test`)).toMatchObject({ warnings: [] });
});

test("one cell holds many tags, and a text of its own length only", () => {
  const many = Array.from({ length: 100 }, (_, n) => `a long tag number ${n}`);
  expect(read("ada@example.com", "", "", many.join("|"))).toMatchObject({ tags: many });
  expect(codeOf("ada@example.com", "", "x".repeat(1001), "")).toBe("too_long");
});

test("when somebody stopped counts beside a status only, and a basis must be known", () => {
  const names = ["email", "status", "unsubscribed_at", "consent_basis", "lifecycle_stage"];
  const reader = rowReader(guessMapping(names), names.length);
  const take = (...cells: string[]) => reader({ line: 2, fields: ["ada@example.com", ...cells] }, 1);
  expect(take("unsubscribed", "2026-03-01T09:30:00.123450Z", "opt_in")).toMatchObject({
    values: { unsubscribed_at: "2026-03-01 09:30:00.12345", consent_basis: "opt_in" },
  });
  expect(take("", "", "hearsay")).toMatchObject({ code: "basis_unknown" });
});

test("missing cells at the end of a row are blank, and blank extras do no harm", () => {
  expect(read("ada@example.com")).toMatchObject({ emailNormalized: "ada@example.com", custom: {} });
  expect(codeOf("ada@example.com", "", "", "", "", " ")).toBe(null);
});
