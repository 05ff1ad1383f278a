import type { MessageContent, MessageOrigin } from "#server/mail/compile";
import { mask, prepareLinks, unmask } from "#server/mail/html-links";
import { cutPieces, type Piece } from "#server/mail/liquid-pieces";
import { parseTemplate } from "#server/mail/liquid";
import { canonicalPath, isKnownRoot, mergeValues, type MergeContact } from "#server/mail/merge-fields";

/** The words of one email: nothing in them is filled in any more, but for the links and the address that `live` names. */
export type DraftText = { subject: string; previewText: string; body: string };

/** What differs from one handing over to the next, or belongs to the sender: filled in when the email leaves. */
const live = ["unsubscribe_url", "company.address"];
const nameOf = (piece: Piece) => canonicalPath(piece.inner.trim());
const isLive = (piece: Piece) => piece.kind === "output" && live.includes(nameOf(piece));

/**
 * What a step says to one contact.
 * @throws TemplateError when it does not parse; Error with a sentence when it fails on this contact's values
 */
export function draftText(
  content: MessageContent,
  { contact, sender, now }: { contact: MergeContact; sender: MessageOrigin["sender"]; now: Date },
): DraftText {
  const values = mergeValues(contact, sender, { now, unsubscribeUrl: "" });
  for (const path of live) values[path] = `{{ ${path} }}`;
  const text = (source: string) => parseTemplate(source).render(values, "text").trim();
  // Values inside addresses are encoded, as they are in an email that is not reviewed.
  const html = unmask(prepareLinks(mask(content.html), null).masked);
  return {
    subject: text(content.subject).replace(/[\p{Cc}\s]+/gu, " "),
    previewText: text(content.previewText),
    body: parseTemplate(html).render(values, "html"),
  };
}

/** Names for braces and brackets that mean themselves. */
export const marks = { __brace: "{", __angle: "<" } as const;

const liveOutputs = /(\{\{\s*(?:unsubscribe_url|preferences_url|company\.address|__brace|__angle)\s*\}\})/;

/** Words as a template that gives just these words, and fills in only what is `live`. It needs the values of `marks`. Done twice, it changes nothing more. */
export function literal(words: string): string {
  return words
    .split(liveOutputs)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(/\{(?=[{%]|$)/g, "{{ __brace }}").replace(/<(?=%)/g, "{{ __angle }}"),
    )
    .join("");
}

/** The first field that somebody wrote into an email as a template would name it, as written; null when there is none. */
export function fieldIn(words: string): string | null {
  const field = cutPieces(words).find(
    (piece) =>
      piece.kind === "output"
      && !isLive(piece)
      && isKnownRoot(/^\s*([A-Za-z_]\w*)/.exec(piece.inner)?.[1] ?? ""),
  );
  return field?.source ?? null;
}
