import { z } from "zod";

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** A domain as people type it: of an address or a page too. In ASCII (punycode) and lower case. */
export const domainName = z
  .string()
  .trim()
  .transform((text) => asciiDomain(text.replace(/^[a-z]+:\/\//i, "").replace(/^.*@/, "")))
  .refine((domain) => domain.length <= 253 && domain.split(".").length >= 2, {
    message: "Enter a domain, as example.com.",
  })
  .refine((domain) => domain.split(".").every((part) => label.test(part)) && !/^\d+$/.test(lastOf(domain)), {
    message: "A domain has letters, digits, hyphens and dots only, as example.com.",
  });

const lastOf = (domain: string) => domain.split(".").at(-1) ?? "";

function asciiDomain(text: string): string {
  const host = text.replace(/[/?#].*$/, "").replace(/\.$/, "");
  // A URL knows how a name is written in ASCII, in browsers too.
  return URL.canParse(`http://${host}`) && !/[:\s]/.test(host) ? new URL(`http://${host}`).hostname : host;
}

export const domainCreateInput = z.object({ domain: domainName });
export const domainIdInput = z.object({ id: z.uuid() });
