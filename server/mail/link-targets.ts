import { v7 } from "uuid";
import { unsubscribeUrl } from "#server/tracking/addresses";
import type { CompiledMessage } from "./compile.ts";
import { exampleOf } from "./example-contact.ts";
import { toDocument } from "./html-document.ts";
import { mask, prepareLinks } from "./html-links.ts";
import { parseTemplate } from "./liquid.ts";
import { type MergeValues, mergeValues } from "./merge-fields.ts";

/** Where a link leads, and the words it has where they are the same for everybody. */
export type LinkTarget = { url: string; label: string };

/**
 * The web addresses that a mail leads the example contact to, of both its parts. Left out are those whose host only a
 * contact knows, those that cannot be filled in for the example, and the links to unsubscribe. `compiled` counts clicks, which is what tells links apart.
 */
export function linkTargets(
  { links, sender, tenantId, workspaceId }: CompiledMessage,
  { html, text }: { html: string; text: string | null },
  now: Date,
): LinkTarget[] {
  const values = mergeValues(exampleOf([html, text]), sender, {
    now,
    unsubscribeUrl: unsubscribeUrl({ tenantId, workspaceId, messageId: v7(), test: true }),
  });
  // Addresses in a text part become links, as those in HTML without any tag do.
  const inText = prepareLinks(mask(toDocument(text ?? "")), () => "").links;
  return [...links, ...inText]
    .filter(({ url }) => hasHost(url))
    .flatMap(({ url, label }) => {
      const filled = filledIn(url, values);
      return filled === null
        ? []
        : [{ url: withoutAnchor(filled), label: label.includes("{{") ? "" : label }];
    });
}

/** Null where the example contact's values do not do: whether the whole mail can be made for them is another check's. */
function filledIn(url: string, values: MergeValues): string | null {
  const template = parseTemplate(url);
  try {
    return template.render(values, "text").trim();
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Whether the host is written, and not filled in for each contact. */
const hasHost = (url: string) => /^https?:\/\/[^/?#{]+([/?#]|$)/i.test(url);

/** An anchor is the browser's business. */
const withoutAnchor = (url: string) => url.split("#")[0] ?? url;

/** A link as a sentence names it. */
export function namedLink({ url, label }: LinkTarget): string {
  const shown = url.length > 120 ? `${url.slice(0, 119)}…` : url;
  return label && label !== url ? `the link “${label}” to ${shown}` : `the link ${shown}`;
}
