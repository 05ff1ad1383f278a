import { expect, test } from "vitest";
import { bounceClass } from "./bounce-class.ts";
import { complaintIn } from "./complaint.ts";
import { deliveryReport } from "./delivery-report.ts";
import { readMail } from "./inbound-mail.ts";
import {
  complaintReport,
  eximReport,
  exchangeReport,
  gmailReport,
  postfixReport,
  qmailReport,
  replyMail,
} from "./testing-mails.ts";

const about = { to: "ada@example.com", messageId: "<0123.4567@ours.example>" };
const read = async (raw: Buffer) => deliveryReport(await readMail(raw));

test.each([
  ["Postfix", postfixReport(about), "hard", "5.1.1"],
  ["Exchange", exchangeReport(about), "hard", "5.4.1"],
  ["Gmail, over quota", gmailReport(about), "soft", "5.2.2"],
  ["qmail", qmailReport(about), "hard", "5.1.1"],
  ["Exim", eximReport(about), "hard", null],
])("a report by %s names recipient, class and the mail it is about", async (_name, raw, kind, status) => {
  const report = await read(raw);
  expect(report?.deliveries).toMatchObject([{ recipient: about.to, outcome: "failed", class: kind, status }]);
  expect(report?.returned.messageIds).toEqual([about.messageId]);
});

test("a report of a delay, or of a delivery, is no failure", async () => {
  const outcome = async (action: string) =>
    (await read(postfixReport(about, { action, status: "4.4.1" })))?.deliveries[0]?.outcome;
  expect(await outcome("delayed")).toBe("delayed");
  expect(await outcome("delivered")).toBe("delivered");
  expect(await outcome("relayed")).toBe("delivered");
});

test("an answer is no report, whatever it quotes or talks about", async () => {
  const talk = replyMail(
    { from: "ada@example.com", text: "My mailbox was full and the user unknown to me, 550 5.1.1" },
    { subject: "Undelivered Mail Returned to Sender" },
  );
  expect(await read(talk)).toBeNull();
});

test.each([
  ["5.1.1", "user unknown", "hard"],
  ["5.1.10", "Recipient not found", "hard"],
  ["5.1.8", "sender address rejected", "block"],
  ["5.2.1", "mailbox disabled", "hard"],
  ["5.2.2", "mailbox full", "soft"],
  ["4.2.2", "over quota", "soft"],
  ["5.7.1", "message refused by policy", "block"],
  ["5.7.515", "sending domain does not meet the required authentication level", "block"],
  ["5.7.30", "basic authentication is not supported", "block"],
  ["5.4.4", "Host or domain name not found", "hard"],
  ["4.4.7", "delivery time expired", "soft"],
  ["5.3.4", "message too big", "block"],
  ["5.6.1", "content rejected", "block"],
  [null, "550 No such user here", "hard"],
  [null, "550 5.7.1 blocked using a list", "block"],
  ["5.0.0", "550 5.1.1 unknown user", "hard"],
  ["5.0.0", "550 Message rejected as spam", "block"],
  [null, "something happened", "soft"],
] as const)("%s %s is %s", (status, diagnostic, kind) => {
  expect(bounceClass({ status, diagnostic })).toBe(kind);
});

test("a feedback report is a complaint about the mail that it returns, unless it says it is none", async () => {
  const complaint = complaintIn(await readMail(complaintReport(about)));
  expect(complaint).toMatchObject({ type: "abuse", returned: { messageIds: [about.messageId] } });
  expect(complaintIn(await readMail(complaintReport(about, "not-spam")))).toBeNull();
  expect(complaintIn(await readMail(postfixReport(about)))).toBeNull();
});
