import { expect, test } from "vitest";
import { guessMapping } from "./mapping.ts";

const guess = (...headers: string[]) => guessMapping(headers).map(({ target }) => target);

test("exact names and aliases are recognized in any spelling", () => {
  expect(guess("E-Mail Address", "First Name", "SURNAME", "Organisation", "job_title", "Labels")).toEqual([
    "email",
    "first_name",
    "last_name",
    "company",
    "job_title",
    "tags",
  ]);
});

test("an exact name beats an alias that stands before it", () => {
  expect(guess("Work Email", "email", "phone1", "Phone")).toEqual([
    "custom.work_email",
    "email",
    "custom.phone1",
    "phone",
  ]);
});

test("a part of a word is no match", () => {
  expect(guess("email opt-in", "inactive", "company size", "unemailed")).toEqual([
    "custom.email_opt_in",
    "custom.inactive",
    "custom.company_size",
    "custom.unemailed",
  ]);
});

test("what is not recognized becomes a text field of its own", () => {
  expect(guess("Année", "cf_plan", "Plan", "", "!!!", "plan")).toEqual([
    "custom.annee",
    "custom.plan",
    "custom.plan_2",
    "custom.column_4",
    "custom.column_5",
    "custom.plan_3",
  ]);
});

test("a column called status stays a plain field: a file cannot set consent", () => {
  expect(guess("email", "status", "unsubscribed")).toEqual(["email", "custom.status", "custom.unsubscribed"]);
});

test("the columns of an export go back where they came from, and what it only tells is ignored", () => {
  const headers = [
    "email",
    "state",
    "status",
    "lead_score",
    "custom.role",
    "custom.a__b",
    "lists",
    "created_at",
  ];
  expect(guessMapping(headers).map(({ target }) => target)).toEqual([
    "email",
    "state",
    "status",
    "lead_score",
    "custom.role",
    "custom.a__b",
    "lists",
    "ignore",
  ]);
  // Elsewhere a status may be anything, and a list of lists too.
  expect(guessMapping(["email", "status", "lists"]).map(({ target }) => target)).toEqual([
    "email",
    "custom.status",
    "custom.lists",
  ]);
});
