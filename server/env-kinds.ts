import { isIP } from "node:net";
import { z } from "zod";

/** What a person is told when a variable is wrong. `expected` completes "expected …"; `fix` is a sentence. */
export type VariableHelp = { expected: string; fix: string; secret?: boolean };

export const help = <T extends z.ZodType>(type: T, about: VariableHelp): T => type.meta(about);

export const port = (name: string, fallback: number) =>
  help(z.coerce.number().int().min(1).max(65535).default(fallback), {
    expected: "a port number from 1 to 65535",
    fix: `Set ${name} to a free port, or leave it out for ${fallback}.`,
  });

export const flag = (name: string, fallback: boolean, effect: string) =>
  help(
    z
      .stringbool({ truthy: ["on", "true", "1", "yes"], falsy: ["off", "false", "0", "no"] })
      .default(fallback),
    {
      expected: "on or off",
      fix: `Set ${name}=on to ${effect}, or leave it out for ${fallback ? "on" : "off"}.`,
    },
  );

export const choice = <const T extends readonly [string, ...string[]]>(
  name: string,
  of: T,
  fallback: T[number],
) =>
  help(z.enum(of).default(fallback), {
    expected: `one of ${of.join(", ")}`,
    fix: `Set ${name} to one of these, or leave it out for ${fallback}.`,
  });

const isPostgresUrl = (text: string) => {
  const url = URL.parse(text);
  return /^postgres(ql)?:$/.test(url?.protocol ?? "") && (url?.pathname.length ?? 0) > 1;
};
export const postgresUrl = (name: string, what: string) =>
  help(z.string().refine(isPostgresUrl), {
    expected: `the address of ${what}, as postgres://user:password@host:5432/database`,
    fix: `Correct ${name} (percent-encode odd characters in the password), or leave every DATABASE_ variable out to use the built-in Postgres.`,
    secret: true,
  });

const isWebUrl = (text: string) => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search && !url.hash;
};
export const origin = (fix: string) =>
  help(
    z
      .string()
      .refine(isWebUrl)
      .transform((text) => new URL(text).origin),
    { expected: "an address with nothing after the port, as https://mail.example.com", fix },
  );

export const webUrl = help(
  z.string().refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? "")),
  {
    expected: "the address of a collector that speaks OTLP over HTTP, as http://127.0.0.1:4318",
    fix: "Set OTEL_EXPORTER_OTLP_ENDPOINT to it, or leave it out to trace nothing.",
  },
);

const isSmtpUrl = (text: string) => {
  const url = URL.parse(text);
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname.length > 0;
};
export const smtpUrl = (fix: string) =>
  help(z.string().refine(isSmtpUrl), {
    expected:
      "the address of a mail server, as smtp://user:password@host:587 or smtps://user:password@host:465",
    fix,
    secret: true,
  });

export const secretText = (name: string, protects: string) =>
  help(z.string().min(32), {
    expected: `at least 32 characters (it protects ${protects})`,
    fix: `Set ${name} to the output of: openssl rand -base64 32`,
    secret: true,
  });

const isKey = (text: string) =>
  Buffer.from(text, "base64").length === 32 && /^[A-Za-z0-9+/_-]+=*$/.test(text);
export const sealingKeys = help(
  z.string().refine((text) => text.split(",").every((key) => isKey(key.trim()))),
  {
    expected: "32 bytes in base64, or several of these parted by commas, the current one first",
    fix: "Set SEALING_KEY to the output of: openssl rand -base64 32 (to change keys, put the new one before the old)",
    secret: true,
  },
);

const isNameServer = (text: string) => {
  const [, inBrackets, plain] = /^(?:\[([^\]]+)\]|([0-9.]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIP(inBrackets ?? plain ?? text) > 0;
};
export const nameServers = help(
  z.string().refine((text) => text.split(",").every((server) => isNameServer(server.trim()))),
  {
    expected: "addresses of name servers parted by commas, as 9.9.9.9 or [2620:fe::fe]:53",
    fix: "Set DNS_SERVERS to the servers to ask for the records of domains, or leave it out for the machine's own.",
  },
);

/** Block lists as DNS_BLOCK_LISTS names them: `name=zone`, or a zone alone, which is its name then. */
export const blockListsIn = (text: string): { name: string; zone: string }[] =>
  text.split(",").map((each) => {
    const at = each.indexOf("=");
    const zone = each
      .slice(at + 1)
      .trim()
      .toLowerCase()
      .replace(/\.$/, "");
    return { name: at < 0 ? zone : each.slice(0, at).trim(), zone };
  });
const blockListsMax = 10;
const areBlockLists = (lists: ReturnType<typeof blockListsIn>) =>
  lists.length <= blockListsMax
  && new Set(lists.map(({ name }) => name)).size === lists.length
  && lists.every(
    ({ name, zone }) =>
      name.length > 0
      && name.length <= 60
      && zone.length <= 200
      && /^([a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}$/.test(zone),
  );
export const blockLists = help(
  z.string().refine((text) => areBlockLists(blockListsIn(text))),
  {
    expected: `zones of at most ${blockListsMax} block lists of domains parted by commas, as dbl.example.org, or with the name that people see as Example=key.dbl.example.org`,
    fix: "Correct DNS_BLOCK_LISTS, or leave it out: then no list is asked.",
    // A zone may hold the key of a subscription.
    secret: true,
  },
);

const isHostAndPort = (text: string) => {
  const [, port] = /^(?:\[[\da-f:.]+\]|[a-z\d.-]+):(\d{1,5})$/i.exec(text) ?? [];
  return Number(port) > 0 && Number(port) < 65_536;
};
export const spamdAddress = help(z.string().refine(isHostAndPort), {
  expected: "the host and port of SpamAssassin's spamd, as 127.0.0.1:783",
  fix: "Correct SPAMD_ADDRESS, or leave it out: then mails get no spam score.",
});

export const text = (expected: string, fix: string) => help(z.string().min(1), { expected, fix });
export const password = (expected: string, fix: string) =>
  help(z.string().min(1), { expected, fix, secret: true });

/** The help given with a type, also through `.optional()` and `.default()`. */
export function helpOf(type: z.ZodType): VariableHelp {
  const inner = type instanceof z.ZodOptional || type instanceof z.ZodDefault ? type.unwrap() : type;
  const about = type.meta() ?? (inner instanceof z.ZodType ? inner.meta() : undefined);
  if (typeof about?.expected !== "string" || typeof about.fix !== "string")
    throw new Error("A variable has no help.");
  return { expected: about.expected, fix: about.fix, secret: about.secret === true };
}

const priceList = /^(\s*[\w.:-]+=\d+(\.\d+)?\/\d+(\.\d+)?\s*(,|$))+$/;

export const prices = help(z.string().regex(priceList), {
  expected:
    "prices in US dollars for a million tokens, as claude-sonnet-4-5=3/15 (read/written), parted by commas",
  fix: "Correct AI_PRICES, or leave it out for the list prices.",
});
