import { expect, test } from "vitest";
import { autoReplyReason, isListMail } from "./auto-reply.ts";
import { readMail } from "./inbound-mail.ts";
import { asksToUnsubscribe, ownWords, snippetOf } from "./own-words.ts";
import { replyMail } from "./testing-mails.ts";

const reasonOf = async (head: string[], subject = "Hello") =>
  autoReplyReason(await readMail(replyMail({ from: "ada@example.com" }, { subject, head })));

test.each([
  ["Auto-Submitted: auto-replied"],
  ["Auto-Submitted: auto-generated; owner-email=x"],
  ["X-Autoreply: yes"],
  ["X-Autorespond: Out of office"],
  ["Precedence: auto_reply"],
  ["Precedence: bulk"],
  ["X-FC-MachineGenerated: true"],
  ["Return-Path: <>"],
])("%s: a machine wrote it", async (line) => {
  expect(await reasonOf([line])).not.toBeNull();
});

test.each([
  ["Auto-Submitted: no"],
  ["X-Auto-Response-Suppress: All"],
  ["X-Autoreply: no"],
  ["Precedence: first-class"],
  ["Return-Path: <ada@example.com>"],
])("%s: a person may have written it", async (line) => {
  expect(await reasonOf([line])).toBeNull();
});

test("the subject decides only where it begins like a machine's", () => {
  const bySubject = (subject: string) => autoReplyReason({ subject, header: () => null });
  for (const subject of [
    "Automatic reply: Hello",
    "Out of Office Re: Hello",
    "Abwesenheitsnotiz: Hallo",
    "Réponse automatique : Bonjour",
  ])
    expect(bySubject(subject)).toBe("the subject");
  for (const subject of ["Re: Out of office next week?", "Re: automatic reply settings", "Autumn offer"])
    expect(bySubject(subject)).toBeNull();
});

test("a newsletter of somebody who was written to is mail to a list", async () => {
  const mail = (head: string[]) => readMail(replyMail({ from: "ada@example.com" }, { head }));
  expect(isListMail(await mail(["List-Unsubscribe: <mailto:x@y.example>"]))).toBe(true);
  expect(isListMail(await mail([]))).toBe(false);
});

test("own words end where the quote or the signature begins", () => {
  const text =
    "Thanks, Tuesday\r\nworks.\r\n\r\n-- \r\nAda\r\n\r\nOn Mon, 5 Jan 2026 at 09:00, A very long name\r\n<hello@ours.example> wrote:\r\n> Hello";
  expect(ownWords(text)).toBe("Thanks, Tuesday\nworks.");
  expect(
    ownWords("No thanks\n\nOn Mon, 5 Jan 2026 at 09:00, Somebody\n<hello@ours.example> wrote:\n> Hi"),
  ).toBe("No thanks");
  expect(snippetOf("a\n\n  b  \n> c")).toBe("a b");
});

test.each(["unsubscribe", "Please remove me.", "STOP", "Take me off your list\n\nAda", "abmelden"])(
  "%s: asks to be left alone",
  (text) =>
    expect(asksToUnsubscribe(`${text}\n\nOn Mon, 5 Jan 2026 at 09:00, Us <a@b.example> wrote:\n> Hi`)).toBe(
      true,
    ),
);

test.each([
  "How do I unsubscribe my colleague?",
  "Stop by our stand on Tuesday",
  "Sounds good\n> unsubscribe",
  `unsubscribe\n${"and here is a long story about what we do, ".repeat(4)}`,
])("%s: does not", (text) => expect(asksToUnsubscribe(text)).toBe(false));
