import { expect, test } from "vitest";
import { launchProblems, type CheckedStep, type LaunchFacts } from "./checks.ts";

const blank = {
  name: null,
  subjectLine: null,
  previewText: null,
  sender: null,
  replyInThread: false,
  attachments: [],
  review: null,
  sendTime: null,
  test: null,
  emailContent: null,
  wait: null,
  conditionRules: null,
  waitUpTo: null,
  action: null,
  listName: null,
  campaign: null,
  customField: null,
  actionType: null,
  next: null,
  whenTrue: null,
  whenFalse: null,
};
const email = (id: string, next: string | null): CheckedStep => ({
  ...blank,
  id,
  type: "email",
  subjectLine: `Hello from ${id}`,
  emailContent: "<p>Hello</p>",
  next,
});
const wait = (id: string, next: string | null): CheckedStep => ({
  ...blank,
  id,
  type: "wait",
  wait: { value: 3, unit: "days" },
  next,
});
const opened = (id: string, whenTrue: string | null, whenFalse: string | null): CheckedStep => ({
  ...blank,
  id,
  type: "condition",
  conditionRules: { version: 1, match: "all", rules: [{ field: "email_opened", operator: "is_true" }] },
  whenTrue,
  whenFalse,
});
const exit = (id: string): CheckedStep => ({
  ...blank,
  id,
  type: "action",
  actionType: "exit",
  action: { type: "exit" },
});

const fine: LaunchFacts = {
  steps: [email("a", "w"), wait("w", "c"), opened("c", "b", "x"), email("b", null), exit("x")],
  audience: { chosen: true, missing: 0, count: 12, suppressed: 0, undisturbed: null },
  triggers: null,
  settings: { sendDays: ["mon"], noLimits: false, fromEmail: "ana@example.com", fromName: "Ana" },
  mailbox: { email: "ana@example.com", status: "active", sandbox: false },
  postalAddress: "1 Main Street",
  liquidProblem: (source) => (source.includes("{% frob") ? "unknown tag “frob” in line 1: remove it." : null),
};
const codes = (facts: LaunchFacts) => launchProblems(facts).map((problem) => problem.code);
const withStep = (changed: CheckedStep): LaunchFacts => ({
  ...fine,
  steps: fine.steps.map((step) => (step.id === changed.id ? changed : step)),
});

test("a finished campaign has no problem", () => {
  expect(launchProblems(fine)).toEqual([]);
});

test.each([
  [
    "a branch that leads nowhere",
    opened("c", "b", null),
    "branch_leads_nowhere",
    "The No branch of Step 3 (condition) leads nowhere",
  ],
  [
    "a wait with nothing behind it",
    wait("w", null),
    "dead_end",
    "Step 2 (wait 3 days) is followed by nothing",
  ],
  ["an edge to a deleted step", wait("w", "gone"), "missing_target", "leads to a step that was deleted"],
  [
    "an email without a subject",
    { ...email("b", null), subjectLine: "  " },
    "no_subject",
    "Step 4 (email “  ”) has no subject",
  ],
  [
    "an email without a body",
    { ...email("b", null), emailContent: "" },
    "no_body",
    "has no body: write one, or choose a template",
  ],
  [
    "an unknown Liquid tag",
    { ...email("b", null), emailContent: "{% frob %}" },
    "liquid",
    "body: unknown tag “frob” in line 1",
  ],
  [
    "a condition without rules",
    { ...opened("c", "b", "x"), conditionRules: null },
    "no_rules",
    "asks nothing yet",
  ],
  ["a wait without a duration", { ...wait("w", "c"), wait: null }, "no_duration", "does not say how long"],
])("%s is named, with the step and the way out", (_what, step, code, words) => {
  const found = launchProblems(withStep(step)).find((problem) => problem.code === code);
  expect(found).toMatchObject({ severity: "blocker", stepId: step.id });
  expect(found?.message).toContain(words);
});

test("a circle and the steps it cuts off are found", () => {
  const looped = { ...fine, steps: [email("a", "w"), wait("w", "a"), email("b", null)] };
  expect(codes(looped)).toEqual(["cycle", "unreachable"]);
});

test("a condition about an email needs an email before it, and the very one it names", () => {
  expect(codes({ ...fine, steps: [opened("c", "b", "x"), email("b", null), exit("x")] })).toEqual([
    "no_email_before",
  ]);
  const later = opened("c", "b", "x");
  later.conditionRules = {
    version: 1,
    match: "all",
    rules: [{ field: "email_clicked", operator: "is_true", value: { stepId: "b" } }],
  };
  expect(codes(withStep(later))).toEqual(["no_email_before"]);
});

test("actions without a tag or field are unfinished", () => {
  const tag: CheckedStep = { ...exit("x"), actionType: "add_tag", action: { type: "add_tag", tag: "" } };
  expect(codes(withStep(tag))).toEqual(["no_tag"]);
  const field: CheckedStep = {
    ...exit("x"),
    actionType: "update_field",
    action: { type: "update_field", field: "", value: "", onlyIfEmpty: false },
  };
  expect(codes(withStep(field))).toEqual(["no_field"]);
});

test("actions on what is gone, or cannot hold the value, are named", () => {
  const list: CheckedStep = {
    ...exit("x"),
    actionType: "add_to_list",
    action: { type: "add_to_list", listId: "01a1fd40-668d-7364-bf03-dca229533601" },
    next: "b",
  };
  const words = (step: CheckedStep) => launchProblems(withStep(step)).map((problem) => problem.message);
  expect(words(list)).toEqual(["Step 5 (put on a list) names a list that no longer exists: choose another."]);
  expect(codes(withStep({ ...list, listName: "VIP" }))).toEqual([]);
  const seats: CheckedStep = {
    ...list,
    actionType: "update_field",
    action: { type: "update_field", field: "custom.seats", value: "many", onlyIfEmpty: false },
  };
  expect(words(seats)).toEqual([
    "Step 5 (set custom.seats) sets a field that no longer exists: choose another.",
  ]);
  expect(words({ ...seats, customField: { label: "Seats", type: "number", options: [] } })).toEqual([
    'Step 5 (set Seats) sets “Seats” to what it cannot hold. "many" is not a number. Write it like 1234.5.',
  ]);
});

test("nothing is sent without email, audience, mailbox and postal address", () => {
  expect(codes({ ...fine, steps: [] })).toEqual(["no_steps"]);
  expect(codes({ ...fine, steps: [exit("x")] })).toEqual(["no_email"]);
  const nobody = { ...fine.audience, count: 0 };
  expect(codes({ ...fine, audience: { ...nobody, chosen: false } })).toEqual(["no_audience"]);
  expect(codes({ ...fine, audience: { ...nobody, missing: 1, suppressed: 3 } })).toEqual([
    "audience_missing",
    "empty_audience",
  ]);
  expect(codes({ ...fine, mailbox: null, postalAddress: " " })).toEqual(["no_mailbox", "no_postal_address"]);
  expect(codes({ ...fine, mailbox: { email: "a@b.c", status: "error", sandbox: false } })).toEqual([
    "mailbox_inactive",
  ]);
});

test("“no limits” is refused for a mailbox that sends real mail", () => {
  expect(codes({ ...fine, settings: { ...fine.settings, noLimits: true } })).toEqual(["no_limits"]);
  expect(
    codes({
      ...fine,
      settings: { ...fine.settings, noLimits: true },
      mailbox: { email: "a@b.c", status: "active", sandbox: true },
    }),
  ).toEqual([]);
});

test("warnings stand behind blockers and refuse nothing", () => {
  const facts = { ...fine, audience: { ...fine.audience, suppressed: 2 }, postalAddress: null };
  expect(launchProblems(facts).map((problem) => problem.severity)).toEqual(["blocker", "warning"]);
});

test("people who have the tag that keeps mail away are worth a look, and everybody is no empty audience", () => {
  const said = (count: number, people: number) =>
    launchProblems({
      ...fine,
      audience: { ...fine.audience, count, undisturbed: { tag: "vacation", people } },
    }).map(({ code, severity, where, message }) => [code, severity, where, message]);
  const warning = (message: unknown) => [["undisturbed", "warning", "audience", message]];
  expect(said(1_499, 1)).toEqual(
    warning("1 of 1,500 people has the tag “vacation” and gets nothing until it is taken off."),
  );
  expect(said(8, 4)).toEqual(
    warning("4 of 12 people have the tag “vacation” and get nothing until it is taken off."),
  );
  expect(said(0, 2)).toEqual(
    warning(
      expect.stringMatching(
        /^Nobody gets an email: everybody .* \(2\) has the tag “vacation”\. The campaign stays open/,
      ),
    ),
  );
});

test("a way back leads to a step before it, with a wait in between", () => {
  const back = (stepId: string, next: string | null): CheckedStep => ({
    ...blank,
    id: "back",
    type: "action",
    actionType: "go_to_step",
    action: { type: "go_to_step", stepId, timesMax: 3 },
    next,
  });
  const found = (steps: CheckedStep[]) => codes({ ...fine, steps });
  expect(found([email("a", "w"), wait("w", "back"), back("a", "b"), email("b", null)])).toEqual([]);
  expect(found([email("a", "back"), back("a", "b"), email("b", null)])).toEqual(["loop_without_wait"]);
  expect(found([email("a", "w"), wait("w", "back"), back("b", "b"), email("b", null)])).toEqual([
    "not_before",
  ]);
  expect(found([email("a", "w"), wait("w", "back"), back("gone", null)])).toEqual(["no_step"]);
});

test("an action names people who are members still", () => {
  const tell = (members: { id: string; name: string }[]): CheckedStep => ({
    ...blank,
    id: "n",
    type: "action",
    actionType: "notify",
    action: { type: "notify", to: "member", userId: "u", channel: "in_app", message: "look" },
    members,
  });
  const found = (step: CheckedStep) => codes({ ...fine, steps: [email("a", "n"), step] });
  expect(found(tell([]))).toEqual(["no_addressee"]);
  expect(found(tell([{ id: "u", name: "Ada" }]))).toEqual([]);
});
