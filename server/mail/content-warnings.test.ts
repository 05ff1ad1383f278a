import { expect, test } from "vitest";
import { contentWarnings, htmlBytesMax } from "./content-warnings.ts";
import { readHtml } from "./read-html.ts";

const words = "There are more than enough words in this mail for anybody to know what it is about. ".repeat(
  3,
);
const ownOrigin = "https://mail.acme.example";
const footer = `<p><a href="${ownOrigin}/u/token">Unsubscribe</a></p>`;
const warnings = (mail: { subject?: string; body?: string; text?: string }, sizeBytes?: number) =>
  contentWarnings(
    {
      subject: mail.subject ?? "News of March",
      html: `<html><body><p>${words}</p>${mail.body ?? ""}${footer}</body></html>`,
      text: mail.text ?? words,
    },
    { ownOrigin, ...(sizeBytes !== undefined && { sizeBytes }) },
  );
const codes = (...given: Parameters<typeof warnings>) => warnings(...given).map(({ code }) => code);
const said = (...given: Parameters<typeof warnings>) =>
  warnings(...given)
    .map(({ message }) => message)
    .join("\n");

test("an honest mail is not complained of", () => {
  expect(
    warnings({
      subject: "50 % off for everybody in the EU!",
      body: `<table><tr><td>One<td>Two</table><ul><li>a<li>b</ul>
        <img src="https://cdn.acme.example/banner.png" alt="Spring"><img src="https://x.example/line.gif" alt="">
        <img src="${ownOrigin}/t/o/x" width="1" height="1">
        <a href="https://www.acme.example/offer?x=1&amp;y=2">The offer</a> <a href="https://shop.acme.example/">acme.example</a>
        <a href="mailto:ana@acme.example">ana@acme.example</a> <a href="#">Nowhere yet</a>`,
    }),
  ).toEqual([]);
  expect(
    contentWarnings({ subject: "Hello", html: "", text: "Hi Ada,\n\nhow are you?" }, { ownOrigin }),
  ).toEqual([]);
});

test.each([
  ["BIG SALE TODAY", ["subject_capitals"]],
  ["USA, NATO", ["subject_capitals"]],
  ["CES 7", []],
  ["Ärger? Nein!", []],
  ["Really?!?", ["subject_marks"]],
  ["Earn $$ now", ["subject_marks"]],
  ["ПРИВЕТ ВСЕМ!!!", ["subject_capitals", "subject_marks"]],
  ["こんにちは世界の皆さん", []],
])("the subject %s", (subject, expected) => {
  expect(codes({ subject })).toEqual(expected);
});

test("what Gmail cuts off is told by the size that leaves, in whole kB", () => {
  expect(codes({}, htmlBytesMax)).toEqual([]);
  expect(said({}, htmlBytesMax + 1)).toMatch(/^The HTML has 103 kB, and Gmail cuts off/);
  expect(codes({ body: `<p>${"ä".repeat(htmlBytesMax / 2)}</p>` })).toEqual(["html_size"]);
});

test("images without words, with too few beside them, embedded, or of no address are named", () => {
  const told = said({
    body: `<img src="https://x.example/a/one.png?v=1"><img src="two.png" alt="Two"><img src="data:image/png;base64,AA" alt="">`,
  });
  expect(told).toMatch(/1 image has no alternative text \(one\.png\)/);
  expect(told).toMatch(/1 image stands in the HTML itself/);
  expect(told).toMatch(/1 image has no whole address \(two\.png\)/);
  const picture = (beside: string) =>
    contentWarnings(
      {
        subject: "Look",
        html: `<div style="display: none">${words}</div><img src="https://x.example/all.jpg" alt="${words}">${beside}${footer}`,
        text: "",
      },
      { ownOrigin },
    ).map(({ code }) => code);
  expect(picture("")).toEqual(["mostly_images"]);
  expect(picture(`<p>${words}</p>`)).toEqual(["no_text"]);
});

test("a text part without words is told of, whatever stands in its footer", () => {
  expect(codes({ text: " \n\n-- \nAcme, 1 Main Street\nUnsubscribe: https://x.example" })).toEqual([
    "no_text",
  ]);
  expect(codes({ text: "Hi\n\n-- \nAcme" })).toEqual([]);
});

test.each<[string, string[], RegExp]>([
  [`<a href="https://bit.ly/3x">Offer</a>`, ["link_shortened"], /\(bit\.ly\)/],
  [
    `<a href="https://evil.example/">www.acme.example/login</a>`,
    ["link_disguised"],
    /leads to another \(evil/,
  ],
  [`<a href="https://evil.example/"><b>https://acme.example</b></a>`, ["link_disguised"], /“https:\/\/acme/],
  [`<a href="https://evil.example/">paypal.com</a>`, ["link_disguised"], /“paypal\.com”/],
  [`<a href="https://evil.example/">Next.js, node.ts</a>`, [], /^$/],
  [`<a href="http://acme.example/">Offer</a>`, ["link_http"], /http:\/\/acme\.example\//],
  [`<a href="https://192.0.2.7/x">Offer</a>`, ["link_numeric"], /\(192\.0\.2\.7\)/],
  [`<a href="https://[2001:db8::1]/x">Offer</a>`, ["link_numeric"], /2001:db8/],
  [`<a href="www.acme.example">Offer</a>`, ["link_address"], /\(www\.acme\.example\)/],
  [`<a href="javascript:go()">Offer</a>`, ["link_address"], /javascript/],
  [`<a href="https://">Offer</a>`, ["link_address"], /https:\/\//],
])("the link %s", (body, expected, message) => {
  expect(codes({ body })).toEqual(expected);
  expect(said({ body })).toMatch(message);
});

test("what mail programs take out, and what is never closed, is named once", () => {
  const told = said({
    body: `<script>if (a < b) alert("<img src=x>")</script><form action="https://x.example"><input></form>
      <p onclick="x()">Hi</p><div><span>One</div><div>`,
  });
  expect(told).toMatch(/The HTML has <script>, <form>, <input>, and handlers of events/);
  expect(told).toMatch(/<span> and <div> are opened and never closed/);
  expect(told.split("\n")).toHaveLength(2);
});

test("whatever the HTML is, reading it ends soon", () => {
  for (const html of [
    "<",
    "<a href=",
    "<a href='x",
    "<!--",
    "</a></a>",
    "<a><a><a>",
    "<svg><a href=x>",
    "\u0000",
  ])
    expect(readHtml(html).words, html).toBeLessThan(2);
  expect(readHtml(`<a href="https://x.example">Go</a> `.repeat(20_000)).links).toHaveLength(20_000);
  expect(readHtml("<b>".repeat(300_000)).unclosed).toEqual([]);
});
