import { afterAll, expect, test } from "vitest";
import { anthropicWriter } from "./anthropic.ts";
import { emailAnswer, failureAnswer, startProvider } from "./testing-provider.ts";
import { readEmail } from "./writer.ts";

const provider = await startProvider();
afterAll(() => provider.stop());

const writer = anthropicWriter({
  apiKey: "sk-test",
  baseUrl: provider.baseUrl,
  model: "claude-x",
  timeoutMs: 300,
});
const assignment = {
  instructions: "Be short",
  contact: { firstName: "Ada" },
  sender: { name: "Grace", company: "Acme" },
  model: { subject: "Hello", text: "Hello Ada" },
};
const written = { subject: "Hi", paragraphs: ["Dear Ada,", "Yours"] };

test("the Messages API is asked for one email, and its answer is read with what it took", async () => {
  provider.answer(emailAnswer(written));
  expect(await writer.write(assignment)).toEqual({
    outcome: "written",
    email: written,
    model: "claude-of-the-test",
    inputTokens: 300,
    outputTokens: 50,
  });
  const { headers, body } = provider.asked.at(-1) ?? { headers: {}, body: { model: "", messages: [] } };
  expect(headers).toMatchObject({ "x-api-key": "sk-test", "anthropic-version": "2023-06-01" });
  expect(body).toMatchObject({ model: "claude-x", tool_choice: { type: "tool", name: "write_email" } });
  expect(body.messages[0]?.content).toContain("Be short");
});

test.each([
  ["429 with its patience", failureAnswer(429, { "retry-after": "7" }), "again", 7_000],
  ["500", failureAnswer(500), "again", null],
  ["529 overloaded", failureAnswer(529), "again", null],
  ["a wrong key", failureAnswer(401), "refused", undefined],
  ["no JSON", { body: "<html>" }, "again", null],
  ["another shape", { body: '{"content":"x"}' }, "again", null],
  ["silence", { hang: true }, "again", null],
])("of %s it says whether to ask again, and never throws", async (_, answer, outcome, afterMs) => {
  provider.answer(answer);
  const given = await writer.write(assignment);
  expect(given.outcome).toBe(outcome);
  if (given.outcome === "again") expect(given.afterMs).toBe(afterMs);
  if (given.outcome !== "written") expect(given.problem).toMatch(/^Anthropic/);
});

test.each([
  ["nothing", undefined],
  ["no paragraphs", { subject: "x", paragraphs: [] }],
  ["a subject of two lines", { subject: "x\nBcc: y", paragraphs: ["z"] }],
  ["a place left open", { subject: "Hi [First name]", paragraphs: ["z"] }],
  ["a field", { subject: "Hi", paragraphs: ["{{ first_name }}"] }],
  ["a link of its own", { subject: "Hi", paragraphs: ["See https://evil.test/x"] }],
])("an answer with %s is no email", (_, given) => {
  expect(readEmail(given, "https://good.test/a")).toHaveProperty("problem");
});

test("what it writes is text: markup is shown, and known links are links", () => {
  const read = readEmail(
    { subject: "A & B", paragraphs: ["<b>x</b>\nhttps://good.test/a."] },
    "https://good.test/a",
  );
  expect(read).toEqual({
    subject: "A & B",
    previewText: "",
    body: '<p style="margin:0 0 16px">&lt;b&gt;x&lt;/b&gt;<br>\n<a href="https://good.test/a">https://good.test/a</a>.</p>',
  });
});
