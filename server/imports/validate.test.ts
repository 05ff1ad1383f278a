import { expect, test } from "vitest";
import { guessMapping } from "./mapping.ts";
import { isCandidate, rowReader } from "./validate.ts";

const headers = ["email", "first_name", "plan", "tags"];
const mapped = rowReader(guessMapping(headers), headers.length);
const read = (...fields: string[]) => mapped({ line: 2, fields }, 1);
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

test("missing cells at the end of a row are blank, and blank extras do no harm", () => {
  expect(read("ada@example.com")).toMatchObject({ emailNormalized: "ada@example.com", custom: {} });
  expect(codeOf("ada@example.com", "", "", "", "", " ")).toBe(null);
});
