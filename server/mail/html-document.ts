import { convert } from "html-to-text";
import { escapeHtml } from "./liquid-engine.ts";
import { cutPieces } from "./liquid-pieces.ts";
import { mask, unmask } from "./html-links.ts";

/** What was written in the editor as a whole HTML document. Text without any tag becomes paragraphs. */
export function toDocument(source: string): string {
  const masked = mask(source);
  const html = /<[a-z!][^>]*>/i.test(masked.text) ? masked.text : paragraphs(masked.text);
  if (/<body\b/i.test(html)) return unmask({ ...masked, text: html });
  if (/<html\b/i.test(html)) return unmask({ ...masked, text: html.replace(/<\/html\s*>/i, "") });
  const text =
    `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
    + `</head><body style="margin:0;padding:24px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;`
    + `font-size:15px;line-height:1.55;color:#18181b">${html}</body></html>`;
  return unmask({ ...masked, text });
}

function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\r?\n\s*\r?\n/)
    .map((paragraph) => {
      const escaped = paragraph.trim().replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      const linked = escaped.replace(
        /https?:\/\/[^\s"<>]*[^\s"<>.,;:!?)]/g,
        (url) => `<a href="${url}">${url}</a>`,
      );
      return `<p style="margin:0 0 16px">${linked.replace(/\r?\n/g, "<br>\n")}</p>`;
    })
    .join("\n");
}

/** The line that inboxes show after the subject, hidden in the message itself. */
export function withPreview(html: string, preview: string): string {
  if (!preview.trim()) return html;
  const text = cutPieces(preview)
    .map((piece) => (piece.kind === "text" ? escapeHtml(piece.source) : piece.source))
    .join("");
  // The padding keeps the first words of the body out of the same line.
  const hidden = `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${text}${"&#847;&zwnj;&nbsp;".repeat(60)}</div>`;
  return afterBodyTag(html, hidden);
}

function afterBodyTag(html: string, insert: string): string {
  const masked = mask(html);
  const tag = /<body\b(?:[^>"']|"[^"]*"|'[^']*')*>/i.exec(masked.text);
  const at = tag ? tag.index + tag[0].length : 0;
  return unmask({ ...masked, text: masked.text.slice(0, at) + insert + masked.text.slice(at) });
}

export function beforeBodyEnd(html: string, insert: string): string {
  const at = html.toLowerCase().lastIndexOf("</body");
  return at < 0 ? html + insert : html.slice(0, at) + insert + html.slice(at);
}

/** What a footer must add to a template, because the template does not have it. */
export type Footer = { address: boolean; unsubscribe: boolean };

/** Postal address and unsubscribe link, at a size that can be read. */
export function htmlFooter({ address, unsubscribe }: Footer): string {
  if (!address && !unsubscribe) return "";
  const lines = [
    ...(address ? ["{{ company.name }}<br>{{ company.address }}"] : []),
    ...(unsubscribe ? [`<a href="{{ unsubscribe_url }}" style="color:#71717a">Unsubscribe</a>`] : []),
  ];
  return `<div style="margin-top:32px;padding-top:16px;border-top:1px solid #e4e4e7;font-size:12px;line-height:18px;color:#71717a">${lines.join("<br>")}</div>`;
}

export function textFooter({ address, unsubscribe }: Footer): string {
  if (!address && !unsubscribe) return "";
  const lines = [
    ...(address ? ["{{ company.name }}, {{ company.address }}"] : []),
    ...(unsubscribe ? ["Unsubscribe: {{ unsubscribe_url }}"] : []),
  ];
  return `\n\n-- \n${lines.join("\n")}`;
}

/** The text part of an HTML template; still a template. Links keep their own addresses. */
export function textOf(html: string): string {
  const masked = mask(html);
  const text = convert(masked.text, {
    wordwrap: false,
    selectors: [
      { selector: "a", options: { hideLinkHrefIfSameAsText: true, linkBrackets: ["(", ")"] } },
      { selector: "img", format: "skip" },
      ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({
        selector,
        options: { uppercase: false },
      })),
      { selector: "table", options: { uppercaseHeaderCells: false } },
    ],
  });
  return unmask({ ...masked, text });
}
