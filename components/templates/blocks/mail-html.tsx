import type { JSONContent } from "@tiptap/core";
import {
  aligns,
  buttonAttrs,
  footerAttrs,
  htmlAttrs,
  imageAttrs,
  mailLook,
  networks,
  socialAttrs,
  spacerAttrs,
  type Align,
  type MailLook,
} from "./block-attrs.tsx";
import { outsideLiquid } from "./liquid-text.tsx";

const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const table = `role="presentation" cellpadding="0" cellspacing="0" border="0"`;
const headings = { 1: "28px", 2: "22px", 3: "18px" } as const;

/** Raw HTML stands between these, byte for byte. */
export const rawStart = "<!--html-->";
export const rawEnd = "<!--/html-->";

/**
 * The blocks as a mail that inboxes show alike: tables 600 px wide with styles in place, which fold on phones. It is
 * the only form in which blocks are kept: `readBlocks` finds them in it again. Liquid stays as it was written.
 */
export function mailHtml(doc: JSONContent): string {
  const look = mailLook.parse(doc.attrs ?? {});
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="postroad-blocks" content="1">
<style>@media (max-width:620px){.column{display:block!important;width:100%!important}}</style>
</head>
<body data-accent="${look.accent}" bgcolor="${look.canvas}" style="margin:0;padding:0;background-color:${look.canvas};${font};text-align:center">
<table ${table} width="100%" style="background-color:${look.canvas}"><tr><td align="center" style="padding:24px 12px">
<table ${table} data-blocks="" width="600" style="width:100%;max-width:600px;background-color:#ffffff;border-radius:8px">
<tr><td height="24" style="height:24px;line-height:24px;font-size:1px">&nbsp;</td></tr>
${rows(doc.content, { look, side: "32px" })}
<tr><td height="24" style="height:24px;line-height:24px;font-size:1px">&nbsp;</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

/** `side` is the margin left and right: columns have their own. */
type Place = { look: MailLook; side: string };

const rows = (blocks: JSONContent[] = [], place: Place) =>
  blocks.map((block) => row(block, place)).join("\n");

function row(block: JSONContent, place: Place): string {
  const { look, side } = place;
  const pad = `padding:8px ${side}`;
  const cell = (name: string, align: Align, style: string, inner: string, more = "") =>
    `<tr><td data-block="${name}" align="${align}"${more} style="${style}">${inner}</td></tr>`;
  switch (block.type) {
    case "button": {
      const { href, align } = buttonAttrs.parse(block.attrs ?? {});
      const ink = inkOn(look.accent);
      return cell(
        ...(["button", align, pad] as const),
        `<table ${table}><tr><td bgcolor="${look.accent}" style="background-color:${look.accent};border-radius:6px">`
          + `<a href="${attribute(href)}" style="display:inline-block;padding:12px 22px;${font};font-size:16px;line-height:20px;font-weight:600;color:${ink};text-decoration:none">${text(plain(block))}</a></td></tr></table>`,
      );
    }
    case "image":
      return cell("image", imageAttrs.parse(block.attrs ?? {}).align, pad, image(block));
    case "horizontalRule":
      return cell("divider", "left", `padding:16px ${side}`, divider);
    case "spacer": {
      const { height } = spacerAttrs.parse(block.attrs ?? {});
      return `<tr><td data-block="spacer" height="${height}" style="height:${height}px;line-height:${height}px;font-size:1px">&nbsp;</td></tr>`;
    }
    case "html":
      return cell("html", "left", pad, rawStart + htmlAttrs.parse(block.attrs ?? {}).html + rawEnd);
    case "columns":
      return cell("columns", "left", `padding:0 ${side === "0" ? "0" : "20px"}`, columns(block, look));
    case "social":
      return cell("social", socialAttrs.parse(block.attrs ?? {}).align, small(side), social(block, look));
    case "footer": {
      const { align } = footerAttrs.parse(block.attrs ?? {});
      return cell("footer", align, small(side), footer);
    }
    default:
      return cell(
        "text",
        alignOf(block),
        `${pad};${font};font-size:16px;line-height:1.6;color:#18181b`,
        flow(block, look),
      );
  }
}

const small = (side: string) => `padding:8px ${side};${font};font-size:13px;line-height:20px;color:#52525b`;
const divider = `<table ${table} width="100%"><tr><td height="1" style="height:1px;line-height:1px;font-size:1px;background-color:#e4e4e7">&nbsp;</td></tr></table>`;
const footer = `{{ company.name }}<br>{{ company.address }}<br><a href="{{ unsubscribe_url }}" style="color:#52525b">Unsubscribe</a>`;

function image(block: JSONContent): string {
  const { src, alt, href, width } = imageAttrs.parse(block.attrs ?? {});
  const picture = `<img src="${attribute(src)}" alt="${attribute(alt)}" width="${width}" style="display:block;width:100%;max-width:${width}px;height:auto;border:0">`;
  return href ? `<a href="${attribute(href)}">${picture}</a>` : picture;
}

function columns(block: JSONContent, look: MailLook): string {
  const cells = block.content ?? [];
  const width = `${Math.floor(100 / Math.max(1, cells.length))}%`;
  const inner = cells.map(
    (column) =>
      `<td class="column" data-column="" width="${width}" valign="top" style="width:${width};padding:0 12px">`
      + `<table ${table} width="100%">\n${rows(column.content, { look, side: "0" })}\n</table></td>`,
  );
  return `<table ${table} width="100%"><tr>${inner.join("")}</tr></table>`;
}

function social(block: JSONContent, look: MailLook): string {
  const { links } = socialAttrs.parse(block.attrs ?? {});
  return networks
    .flatMap(([name, label]) => {
      const href = links[name];
      return href
        ? [`<a data-network="${name}" href="${attribute(href)}" style="color:${look.accent}">${label}</a>`]
        : [];
    })
    .join(" &middot; ");
}

/** Paragraphs, headings and lists. */
function flow(block: JSONContent, look: MailLook): string {
  const inner = block.content ?? [];
  switch (block.type) {
    case "heading": {
      const level = ([1, 2, 3] as const).find((each) => each === block.attrs?.level) ?? 2;
      return `<h${level} style="margin:0;font-size:${headings[level]};line-height:1.25;font-weight:700">${words(inner, look)}</h${level}>`;
    }
    case "bulletList":
    case "orderedList": {
      const tag = block.type === "bulletList" ? "ul" : "ol";
      return `<${tag} style="margin:0;padding:0 0 0 24px">${inner.map((item) => listItem(item, look)).join("")}</${tag}>`;
    }
    default:
      return `<p style="margin:0">${words(inner, look) || "&nbsp;"}</p>`;
  }
}

const listItem = ({ content = [] }: JSONContent, look: MailLook) =>
  `<li style="margin:0 0 4px">${content
    .map((part, n) =>
      n === 0 && part.type === "paragraph" ? words(part.content ?? [], look) : flow(part, look),
    )
    .join("")}</li>`;

/** Neighbours within one link share its tag: it is one link, and is counted as one. */
function words(inline: readonly JSONContent[], look: MailLook): string {
  let out = "";
  for (let at = 0; at < inline.length;) {
    const href = hrefOf(inline[at]);
    let end = at + 1;
    while (href !== null && end < inline.length && hrefOf(inline[end]) === href) end++;
    const run = inline.slice(at, end).map(marked).join("");
    out += href === null ? run : `<a href="${attribute(href)}" style="color:${look.accent}">${run}</a>`;
    at = end;
  }
  return out;
}

function hrefOf(node: JSONContent | undefined): string | null {
  const href: unknown = node?.marks?.find(({ type }) => type === "link")?.attrs?.href;
  return typeof href === "string" ? href : null;
}

const tags = [
  ["bold", "strong"],
  ["italic", "em"],
  ["underline", "u"],
  ["strike", "s"],
] as const;

function marked(node: JSONContent): string {
  if (node.type === "hardBreak") return "<br>";
  const worn = tags.filter(([mark]) => node.marks?.some(({ type }) => type === mark));
  return worn.reduceRight((inner, [, tag]) => `<${tag}>${inner}</${tag}>`, text(node.text ?? ""));
}

const plain = ({ content = [] }: JSONContent) => content.map((node) => node.text ?? "").join("");

function alignOf({ attrs }: JSONContent): Align {
  return aligns.find((align) => align === attrs?.align) ?? "left";
}

const text = (source: string) =>
  outsideLiquid(source, (part) =>
    part
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll("\u00a0", "&nbsp;"),
  );

const attribute = (source: string) =>
  outsideLiquid(source, (part) => part.replaceAll("&", "&amp;").replaceAll('"', "&quot;"));

/** White or nearly black, whichever is easier to read on a colour. */
export function inkOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? "#18181b" : "#ffffff";
}
