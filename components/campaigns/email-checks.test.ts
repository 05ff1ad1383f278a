import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { EmailChecks } from "./email-checks.tsx";

type Checks = Parameters<typeof EmailChecks>[0]["checks"];
const still = { error: null, isError: false, isFetching: false };
const emails: Checks["emails"] = { ...still, data: { emails: 2, problems: [], spam: null } };
const links: Checks["links"] = { ...still, data: { asked: 3, left: 0, problems: [] } };
const problem = {
  code: "dead_link",
  severity: "warning",
  where: "steps",
  message: "A link is dead.",
} as const;

const shown = (some: Partial<Checks>) => {
  const html = renderToStaticMarkup(
    createElement(EmailChecks, { checks: { emails, links, ...some }, hrefOf: () => "/" }),
  );
  const marks = [...html.matchAll(/aria-label="(Fine|Worth a look|Must be fixed)"/g)].map(([, mark]) => mark);
  return { html, marks };
};

test("nothing is called fine that was not looked at", () => {
  expect(shown({}).marks).toEqual(["Fine", "Fine"]);
  const unasked = shown({ links: { ...still, data: { asked: 0, left: 100, problems: [] } } });
  expect(unasked.marks).toEqual(["Fine", "Worth a look"]);
  const unscored = shown({
    emails: {
      ...still,
      data: { emails: 2, problems: [], spam: { scores: [], failure: "The filter does not answer." } },
    },
  });
  expect(unscored.marks).toEqual(["Worth a look", "Fine"]);
});

test("a check that fails the next time says so beside what was found before", () => {
  const again = { error: new Error("The network is away."), isError: true, isFetching: false };
  const { html } = shown({
    emails: { ...again, data: { emails: 2, problems: [{ ...problem, stepId: null }], spam: null } },
    links: { ...again, data: { asked: 1, left: 0, problems: [{ ...problem, stepId: null }] } },
  });
  expect(html.match(/What stands here was found before/g)).toHaveLength(2);
});
