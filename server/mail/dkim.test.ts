import { createPrivateKey } from "node:crypto";
import fc from "fast-check";
import { dkimVerify } from "mailauth";
import { expect, test } from "vitest";
import { newKey, recordOf } from "#server/domains/keys";
import { attachmentTail } from "./attachment-tail.ts";
import { compileMessage } from "./compile.ts";
import { type DkimSigner, signMessage } from "./dkim.ts";
import { exampleContact } from "./example-contact.ts";
import { renderFor } from "./render.ts";
import { wireBody } from "./smtp-body.ts";

const { selector, publicKey, privateKey } = await newKey();
const signer: DkimSigner = { domain: "engines.example", selector, key: createPrivateKey(privateKey) };
const resolver = (name: string) => {
  if (name === `${selector}._domainkey.engines.example`) return Promise.resolve([[recordOf(publicKey)]]);
  return Promise.reject(Object.assign(new Error(`nothing under ${name}`), { code: "ENOTFOUND" }));
};

/** What an independent implementation of the standard says of the message as a server receives it. */
async function verdict(received: Buffer) {
  const { results } = await dkimVerify(received, { resolver, strict: true });
  return results.map(({ status, signingDomain }) => [status.result, signingDomain]);
}

function received({ raw, tail }: { raw: Buffer; tail?: Buffer }): Buffer {
  const wire = Buffer.concat(wireBody(raw, tail)).toString("latin1");
  expect(wire.endsWith("\r\n.\r\n")).toBe(true);
  return Buffer.from(wire.slice(0, -3).replace(/(^|\r\n)\./g, "$1"), "latin1");
}
const passes = [["pass", "engines.example"]];

const line = fc.oneof(
  fc.constantFrom(
    "",
    ".",
    "..",
    ".leading dot",
    " ",
    "\t",
    "a  b\t c ",
    "trailing \t",
    "--=_x",
    "x".repeat(990),
  ),
  fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => text.replace(/[\r\n]/g, " ")),
);
const lines = fc.array(line, { maxLength: 8 }).map((all) => all.join("\r\n"));
const blank = fc.constantFrom("", "\r\n", "\r\n\r\n\r\n", " \r\n \t\r\n", " ");

test("whatever the bytes of headers, body and files, the signature holds for the message as it is received", async () => {
  const value = fc
    .array(fc.stringMatching(/^[ -~]{1,30}$/), { minLength: 1, maxLength: 5 })
    .chain((words) =>
      fc
        .constantFrom(" ", "\r\n ", "\r\n\t", "  ")
        .map((fold) => words.map((word) => word.trim() || "x").join(fold)),
    );
  const names = fc.constantFrom(
    "Subject",
    "To",
    "X-Other",
    "LIST-Unsubscribe",
    "References",
    "Date",
    "Reply-To",
  );
  const headers = fc.array(fc.tuple(names, fc.constantFrom(": ", ":", ":  "), value), { maxLength: 8 });
  const tail = fc.option(fc.tuple(fc.constantFrom("\r\n", "\r\n", ""), lines, blank));
  await fc.assert(
    fc.asyncProperty(headers, lines, blank, tail, async (fields, body, end, behind) => {
      const head = ["From: Grace <grace@engines.example>", ...fields.map((field) => field.join(""))];
      const message = {
        raw: Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}${end}`),
        ...(behind && { tail: Buffer.from(behind.join("")) }),
      };
      expect(await verdict(received(await signMessage(message, signer)))).toEqual(passes);
    }),
    { numRuns: 150 },
  );
});

test("messages are signed as they are made, with files, threads and text in every script", async () => {
  const origin = {
    tenantId: "0190f3a0-1111-7222-8333-000000000001",
    workspaceId: "0190f3a0-1111-7222-8333-000000000002",
    sender: {
      workspaceName: "Engines & Co",
      workspaceUrl: "https://app.example.com/engines",
      postalAddress: "1 Road, Town",
      timezone: "UTC",
      senderName: "Grace",
      senderEmail: "grace@news.engines.example",
      campaignName: "Welcome",
      campaignId: "0190f3a0-1111-7222-8333-000000000003",
      variables: {},
    },
    from: { name: "Grace Hopper 日本", email: "grace@news.engines.example" },
    replyTo: "reply@engines.example",
  };
  const options = {
    trackOpens: true,
    trackClicks: true,
    unsubscribe: true,
    plainTextOnly: false,
    broadcast: true,
    utm: {},
  };
  const content = {
    previewText: "",
    html: "<p>.{{ first_name }}</p>\n\n.\n<p>Grüße  aus 東京 👩‍👧</p>\n\n\n",
    text: null,
  };
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      fc.option(fc.uint8Array()),
      fc.boolean(),
      async (name, subject, file, answers) => {
        const compiled = compileMessage(
          { ...content, subject: `${subject.replace(/[{}]/g, "")}.` },
          options,
          origin,
        );
        if (file)
          compiled.tail = attachmentTail([
            { filename: "plan.pdf", mime: "application/pdf", content: Buffer.from(file) },
          ]);
        const place = "<first@engines.example>";
        const rendered = renderFor(compiled, {
          messageId: "0190f3a0-1111-7222-8333-444455556666",
          email: "ada@bücher.example",
          contact: { ...exampleContact, firstName: name },
          now: new Date("2026-03-01T10:00:00Z"),
          thread: answers
            ? { inReplyTo: place, references: `${place} `.repeat(20).trim(), subject: "Hello" }
            : null,
        });
        expect(await verdict(received(await signMessage(rendered, signer)))).toEqual(passes);
      },
    ),
    { numRuns: 60 },
  );
});

test("the signature breaks when what people read is changed, or a second header is put beside the signed one", async () => {
  const raw = Buffer.from(
    "From: grace@engines.example\r\nTo: ada@example.org\r\nSubject: Hello\r\nDate: Sun, 01 Mar 2026 10:00:00 +0000\r\n"
      + "List-Unsubscribe: <https://example.org/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
      + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello Ada\r\n",
  );
  const signed = (await signMessage({ raw }, signer)).raw.toString();
  expect(await verdict(Buffer.from(signed))).toEqual(passes);
  expect(signed).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=engines\.example; s=pr-/);
  expect(Math.max(...signed.split("\r\n").map((each) => each.length))).toBeLessThan(100);
  const changes: [string, string][] = [
    ["Hello Ada", "Hello Eve"],
    ["Subject: Hello", "Subject: Goodbye"],
    ["https://example.org/u", "https://example.org/x"],
    ["List-Unsubscribe=One-Click", "List-Unsubscribe=Never"],
    ["From: grace", "From: eve@elsewhere.example\r\nFrom: grace"],
    ["MIME-Version", "Subject: Goodbye\r\nMIME-Version"],
    ["MIME-Version", "Reply-To: eve@elsewhere.example\r\nMIME-Version"],
  ];
  for (const [what, by] of changes) {
    const [[result] = []] = await verdict(Buffer.from(signed.replace(what, by)));
    expect(result, by).toBe("fail");
  }
});
