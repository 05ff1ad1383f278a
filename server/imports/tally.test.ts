import { expect, test } from "vitest";
import { guessMapping } from "./mapping.ts";
import { Tally } from "./tally.ts";
import { isCandidate, rowReader } from "./validate.ts";

test("addresses at a domain that takes no mail are a remark, with how many and where the first stands", () => {
  const read = rowReader(guessMapping(["email"]), 1);
  const emails = ["ada@here.dev", "bea@gone.dev", "cy@GONE.dev", "dee@quiet.dev"];
  const candidates = emails.map((email, at) => read({ line: at + 2, fields: [email] }, at + 1));
  const tally = new Tally();
  const start = { offset: 0, line: 1, row: 0 };
  tally.add({
    from: start,
    to: start,
    rows: emails.length,
    candidates: candidates.filter(isCandidate),
    problems: [],
    last: true,
  });
  expect([...tally.domains]).toEqual([
    ["here.dev", 1],
    ["gone.dev", 2],
    ["quiet.dev", 1],
  ]);
  tally.warnOfDomains(["gone.dev", "of-nobody.dev"]);
  expect(tally.warnings.groups).toEqual([
    {
      code: "no_mail_server",
      rows: 2,
      examples: [
        expect.objectContaining({
          line: 3,
          value: "bea@gone.dev",
          message: expect.stringContaining("gone.dev has no mail server") as string,
        }),
      ],
    },
  ]);
});
