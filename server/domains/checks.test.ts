import { createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { checkDomain, type DomainToCheck } from "./checks.ts";
import { keyName, newKey, recordOf } from "./keys.ts";
import { nameService } from "./name-service.ts";
import { spfServers } from "./providers.ts";
import { domainName } from "./schema.ts";
import { startNameServer, type Zone } from "./testing-name-server.ts";

const [key, other] = await Promise.all([newKey(), newKey()]);
const domain = "mail.acme.example";
const name = keyName(domain, key.selector);
const asked: DomainToCheck = {
  domain,
  key,
  nextKey: null,
  servers: spfServers(["smtp.gmail.com", "mx.acme.example"]),
};

/** What is said of the record of one kind, where `zone` is all that DNS holds. */
async function finding(kind: "dkim" | "spf" | "dmarc", zone: Record<string, string | string[] | null>) {
  const records = await checkDomain(asked, (queried) => {
    const said = zone[queried];
    return Promise.resolve(said === null ? null : [said ?? []].flat());
  });
  return records.find((record) => record.kind === kind);
}

describe("the key", () => {
  test("is found by what it is, in whichever form it is written", async () => {
    const pkcs1 = createPublicKey({ key: Buffer.from(key.publicKey, "base64"), format: "der", type: "spki" })
      .export({ format: "der", type: "pkcs1" })
      .toString("base64");
    const spaced = key.publicKey.replace(/.{64}/g, "$& ");
    for (const record of [
      recordOf(key.publicKey),
      `p=${key.publicKey}`,
      `v=DKIM1;t=s;p=${spaced};`,
      `k=rsa; p=${pkcs1}`,
    ])
      expect(await finding("dkim", { [name]: ["unrelated", record] }), record).toMatchObject({
        state: "found",
      });
  });

  test.each<[string, Record<string, string | string[] | null>, string, RegExp]>([
    ["is missing", {}, "missing", /not there yet/],
    ["is unknown when nobody answers", { [name]: null }, "unknown", /did not answer/],
    ["is another one", { [name]: recordOf(other.publicKey) }, "wrong", /another key/],
    ["is no key at all", { [name]: "v=DKIM1; k=rsa; p=AAAA" }, "wrong", /another key/],
    ["is revoked", { [name]: "v=DKIM1; p=" }, "wrong", /no key/],
    ["is there twice", { [name]: [recordOf(key.publicKey), recordOf(other.publicKey)] }, "wrong", /several/],
    ["is something else", { [name]: "google-site-verification=x" }, "wrong", /no DKIM record/],
    [
      "stands under the domain twice",
      { [`${name}.${domain}`]: recordOf(key.publicKey) },
      "missing",
      /Enter pr-\w+\._domainkey as/,
    ],
  ])("%s", async (_, zone, state, note) => {
    expect(await finding("dkim", zone)).toMatchObject({ state, note: expect.stringMatching(note) as string });
  });
});

describe("the servers that may send", () => {
  const google = { "_spf.google.com": "v=spf1 ip4:192.0.2.0/24 ~all" };
  const chain = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`s${n}.example`, `v=spf1 include:s${n + 1}.example ~all`]),
  );
  test.each<[string, Record<string, string | string[] | null>, string, RegExp | null, string]>([
    ["no record", {}, "missing", /cannot tell/, "v=spf1 include:_spf.google.com ~all"],
    [
      "a provider that is not named",
      { [domain]: "v=spf1 a mx -all" },
      "warning",
      /include:_spf\.google\.com/,
      "v=spf1 a mx include:_spf.google.com -all",
    ],
    [
      "one that is, by another record",
      {
        [domain]: "v=spf1 include:acme.example -all",
        "acme.example": "v=spf1 include:_spf.google.com -all",
        ...google,
      },
      "found",
      null,
      "v=spf1 include:acme.example -all",
    ],
    [
      "a record that refers to another",
      { [domain]: "v=spf1 redirect=_spf.google.com", ...google },
      "found",
      null,
      "v=spf1 redirect=_spf.google.com",
    ],
    [
      "two records",
      { [domain]: ["v=spf1 -all", "v=spf1 mx -all"] },
      "wrong",
      /several/,
      "v=spf1 include:_spf.google.com -all",
    ],
    [
      "everybody",
      { [domain]: "v=spf1 include:_spf.google.com +all", ...google },
      "warning",
      /lets everybody/,
      "v=spf1 include:_spf.google.com ~all",
    ],
    [
      "nothing about the rest",
      { [domain]: "v=spf1 include:_spf.google.com", ...google },
      "warning",
      /all other servers/,
      "v=spf1 include:_spf.google.com ~all",
    ],
    [
      "too many look-ups",
      { [domain]: "v=spf1 include:s0.example ~all", ...chain },
      "warning",
      /more than 10/,
      "v=spf1 include:s0.example include:_spf.google.com ~all",
    ],
    [
      "an included record that cannot be read",
      { [domain]: "v=spf1 include:_spf.google.com -all", "_spf.google.com": null },
      "unknown",
      /could not be read/,
      "v=spf1 include:_spf.google.com -all",
    ],
  ])("%s", async (_, zone, state, note, value) => {
    expect(await finding("spf", zone)).toMatchObject({
      state,
      note: note ? (expect.stringMatching(note) as string) : null,
      value,
    });
  });
});

describe("the policy", () => {
  test.each<[string, Record<string, string | string[] | null>, string, RegExp]>([
    ["none", {}, "missing", /Large receivers/],
    [
      "its own",
      { [`_dmarc.${domain}`]: "v=DMARC1; p=reject", "_dmarc.acme.example": null },
      "found",
      /refused\.$/,
    ],
    [
      "that of the organization",
      { "_dmarc.acme.example": "v=DMARC1;p=none;adkim=s" },
      "found",
      /acme.*strict/,
    ],
    [
      "not one of a name that others register under",
      { "_dmarc.example": "v=DMARC1; p=none" },
      "missing",
      /./,
    ],
    ["a wrong one", { [`_dmarc.${domain}`]: "v=DMARC1; p=nothing" }, "wrong", /must be/],
    ["two", { [`_dmarc.${domain}`]: ["v=DMARC1; p=none", "v=DMARC1; p=reject"] }, "wrong", /several/],
    ["unknown", { "_dmarc.acme.example": null }, "unknown", /did not answer/],
  ])("%s", async (_, zone, state, note) => {
    expect(await finding("dmarc", zone)).toMatchObject({
      state,
      note: expect.stringMatching(note) as string,
    });
  });
});

test("a name server is asked: long texts come in one piece, no record is an answer, a failure is none", async () => {
  const zone: Zone = new Map<string, string[] | "broken">([
    ["long.example", [recordOf(key.publicKey)]],
    ["empty.example", []],
    ["broken.example", "broken"],
  ]);
  const server = await startNameServer(zone);
  try {
    const lookUp = nameService(server.address);
    expect(await lookUp("long.example")).toEqual([recordOf(key.publicKey)]);
    expect(await lookUp("empty.example")).toEqual([]);
    expect(await lookUp("absent.example")).toEqual([]);
    expect(await lookUp("broken.example")).toBeNull();
  } finally {
    await server.stop();
  }
});

test("a domain is taken as people type it, and what is none is refused", () => {
  expect(
    ["Example.COM", "https://example.com/page", "ana@example.com", "bücher.example", "a.b.example.com."].map(
      (text) => domainName.parse(text),
    ),
  ).toEqual(["example.com", "example.com", "example.com", "xn--bcher-kva.example", "a.b.example.com"]);
  for (const text of ["", "com", "192.0.2.1", "a b.com", "-a.example", "exa_mple.com", "example..com"])
    expect(domainName.safeParse(text).success, text).toBe(false);
});
