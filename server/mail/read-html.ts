import { Parser } from "htmlparser2";

/** What a mail's HTML is made of, as far as receivers judge it. Pixels of 1 × 1 are no images. */
export type ReadHtml = {
  links: { href: string; words: string }[];
  images: { src: string; alt: string | null }[];
  /** Those that somebody sees. */
  words: number;
  /** Elements that mail programs take out, and `on…` for handlers of events, each once. */
  active: string[];
  /** Elements that are opened and never closed, each once. */
  unclosed: string[];
};

const active = new Set(
  "script form input button select textarea iframe frame object embed applet video audio svg canvas link base".split(
    " ",
  ),
);
/** Others are closed by whatever follows them, or close themselves. */
const mustClose = new Set(
  "a div span table b strong i em u s font center h1 h2 h3 h4 h5 h6 ul ol blockquote section header footer title style".split(
    " ",
  ),
);
/** No mail is as deep, and the parser takes longer for every element that is open. */
const depthMax = 500;
const silent = new Set(["script", "style", "title", "noscript"]);

/** Reads HTML as forgivingly as mail programs do; what lies deeper than any mail's is not read. */
export function readHtml(html: string): ReadHtml {
  const links: ReadHtml["links"] = [];
  const images: ReadHtml["images"] = [];
  const found = { active: new Set<string>(), unclosed: new Set<string>() };
  const hidden: boolean[] = [];
  let within: ReadHtml["links"][number] | null = null;
  let text = "";
  const parser = new Parser({
    onopentag(name, attributes) {
      hidden.push(
        hidden.at(-1) === true
          || silent.has(name)
          || /display\s*:\s*none/i.test(attributes.style ?? "")
          || "hidden" in attributes,
      );
      if (active.has(name)) found.active.add(name);
      if (Object.keys(attributes).some((attribute) => /^on[a-z]+$/.test(attribute))) found.active.add("on…");
      if (name === "img" && !isPixel(attributes))
        images.push({ src: (attributes.src ?? "").trim(), alt: attributes.alt ?? null });
      if (name === "img" && within) within.words += ` ${attributes.alt ?? ""}`;
      if ((name === "a" || name === "area") && attributes.href !== undefined) {
        within = { href: attributes.href.trim(), words: "" };
        links.push(within);
      }
      text += " ";
      if (hidden.length > depthMax) parser.pause();
    },
    ontext(data) {
      if (hidden.at(-1) === true) return;
      text += data;
      if (within) within.words += data;
    },
    onclosetag(name, implied) {
      hidden.pop();
      if (name === "a" || name === "area") within = null;
      if (implied && mustClose.has(name)) found.unclosed.add(name);
      text += " ";
    },
  });
  parser.end(html);
  return {
    links: links.map(({ href, words }) => ({ href, words: words.replace(/\s+/g, " ").trim() })),
    images,
    words: text.match(/[\p{L}\p{N}][^\s]*/gu)?.length ?? 0,
    active: [...found.active],
    unclosed: [...found.unclosed],
  };
}

const isPixel = ({ width, height }: Record<string, string>) => width === "1" && height === "1";
