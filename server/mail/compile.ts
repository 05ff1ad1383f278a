import type { DkimSigner } from "./dkim.ts";
import type { Address } from "./headers.ts";
import { header, encodeAddress } from "./headers.ts";
import { splice, type Expression, type Spliced } from "./expression.ts";
import {
  beforeBodyEnd,
  htmlFooter,
  textFooter,
  textOf,
  toDocument,
  withPreview,
  type Footer,
} from "./html-document.ts";
import { mask, prepareLinks, unmask, type TemplateLink } from "./html-links.ts";
import { parseTemplate, variablesOf, type LiquidTemplate } from "./liquid.ts";
import type { MergeSender } from "./merge-fields.ts";
import { quotedPrintable } from "./quoted-printable.ts";
import { shownFields } from "./shown-fields.ts";

/** What was written: subject, preview and body in Liquid. Without `text`, the text part is made from the HTML. */
export type MessageContent = { subject: string; previewText: string; html: string; text: string | null };

export type MessageOptions = {
  trackOpens: boolean;
  trackClicks: boolean;
  /** Adds the unsubscribe link and headers. */
  unsubscribe: boolean;
  plainTextOnly: boolean;
  /** Mail to many at once says so; a sequence to one person does not. */
  broadcast: boolean;
  utm: Readonly<Record<string, string>>;
};

/** Whose message it is, and who it says it is from. */
export type MessageOrigin = {
  tenantId: string;
  workspaceId: string;
  sender: MergeSender;
  from: Address;
  replyTo: string | null;
  /** Whether it answers the contact's last email, where there is one. */
  replyInThread?: boolean;
  /** Files that go along: what is known of them. Their bytes are `tail` of the compiled message. */
  attachments?: readonly { id: string; filename: string; mime: string; sizeBytes: number }[];
};

/** A text of a message: cut for splicing when it only shows values, else a template to render each time. */
export type Body = { spliced: Spliced } | { template: LiquidTemplate };

/** A message with everything done that is the same for every recipient. */
export type CompiledMessage = MessageOrigin & {
  expressions: readonly Expression[];
  subject: Body;
  text: Body;
  html: Body | null;
  links: readonly TemplateLink[];
  /** Fields of the contact that it shows without a fallback. */
  fields: readonly string[];
  fixedHeaders: string;
  unsubscribe: boolean;
  trackOpens: boolean;
  /** The files behind the text, encoded once for everybody; set before the first message is rendered. */
  tail?: Buffer | null;
  /** Whose signature it gets; null is nobody's, and it is looked for when absent. */
  signer?: DkimSigner | null;
};

/** @throws TemplateError when any part does not parse */
export function compileMessage(
  content: MessageContent,
  options: MessageOptions,
  origin: MessageOrigin,
): CompiledMessage {
  for (const source of [content.subject, content.previewText, content.html, content.text ?? ""])
    parseTemplate(source);
  const footer = missingFooter(content, options);
  // Values inside addresses are encoded, and campaign parameters added, in both parts.
  const document = unmask(prepareLinks(mask(toDocument(content.html)), null, options.utm).masked);
  const list = { expressions: [] as Expression[], numbers: new Map<string, number>() };
  const text = bodyOf((content.text ?? textOf(document)) + textFooter(footer), list, {
    html: false,
    encode: quotedPrintable,
  });
  const subject = bodyOf(content.subject, list, { html: false, encode: (fixed) => fixed });
  const page = options.plainTextOnly ? null : preparePage(document, content.previewText, footer, options);
  const html = page && bodyOf(page.source, list, { html: true, encode: quotedPrintable });
  return {
    ...origin,
    expressions: list.expressions,
    subject,
    text,
    html,
    links: page?.links ?? [],
    fields: shownFields([content.subject, content.previewText, content.html, content.text ?? ""]).map(
      ({ path }) => path,
    ),
    fixedHeaders: fixedHeaders(origin, options),
    unsubscribe: options.unsubscribe,
    trackOpens: options.trackOpens && !options.plainTextOnly,
  };
}

function preparePage(document: string, preview: string, footer: Footer, options: MessageOptions) {
  const complete = beforeBodyEnd(withPreview(document, preview), htmlFooter(footer));
  const track = options.trackClicks ? (index: number) => `{{ ${linkField(index)} }}` : null;
  const { masked, links } = prepareLinks(mask(complete), track);
  const pixel = options.trackOpens
    ? `<img src="{{ ${pixelField} }}" width="1" height="1" alt="" style="border:0">`
    : "";
  return { source: beforeBodyEnd(unmask(masked), pixel), links };
}

/** Values that only a compiled message names. */
export const linkField = (index: number) => `__link_${index}`;
export const pixelField = "__pixel";

function missingFooter(content: MessageContent, options: MessageOptions): Footer {
  const named = new Set([...variablesOf(content.html), ...variablesOf(content.text ?? "")]);
  return {
    address: !named.has("company.address"),
    unsubscribe: options.unsubscribe && !named.has("unsubscribe_url"),
  };
}

function bodyOf(
  source: string,
  list: { expressions: Expression[]; numbers: Map<string, number> },
  how: { html: boolean; encode: (text: string) => string },
): Body {
  const template = parseTemplate(source);
  // Trimming dashes reach into the text around them, which splicing cannot do.
  const trims = template.pieces.some(({ inner }) => /^-|-$/.test(inner));
  return template.logic || trims ? { template } : { spliced: splice(template.pieces, list, how) };
}

function fixedHeaders(
  { from, replyTo, sender, workspaceId }: MessageOrigin,
  options: MessageOptions,
): string {
  return [
    header("From", encodeAddress(from)),
    replyTo ? header("Reply-To", encodeAddress({ email: replyTo })) : "",
    header(
      "Feedback-ID",
      `${sender.campaignId}:${workspaceId}:${options.broadcast ? "broadcast" : "sequence"}:postroad`,
    ),
    options.broadcast ? header("Precedence", "bulk") : "",
    header("MIME-Version", "1.0"),
  ].join("");
}
