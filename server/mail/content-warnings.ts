import { isIP } from "node:net";
import { readHtml, type ReadHtml } from "./read-html.ts";

/** A mail as its reader gets it, before links are led over the counter of clicks; without HTML it is plain text. */
export type ReadMail = { subject: string; html: string; text: string };

/** One thing that receivers punish or mail programs break, as a sentence that also says what to do. */
export type ContentWarning = { code: string; message: string };

/** Gmail shows no more than this of a mail, and hides the rest behind a link. */
export const htmlBytesMax = 102 * 1024;
/** A picture with fewer words beside it says everything in the picture; the footer has a dozen. */
const wordsMin = 30;

/** Services whose addresses hide where they lead, so that receivers distrust all of them. */
const shorteners = new Set(
  (
    "bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd v.gd buff.ly rebrand.ly cutt.ly t.ly rb.gy tiny.cc shorturl.at "
    + "lnkd.in s.id bl.ink dub.sh shorte.st adf.ly tny.im short.io"
  ).split(" "),
);

/**
 * What stands against a mail in receivers' eyes. `sizeBytes` is that of the HTML as it leaves; links to `ownOrigin`, where
 * people unsubscribe, are not judged.
 */
export function contentWarnings(
  mail: ReadMail,
  { sizeBytes = Buffer.byteLength(mail.html), ownOrigin }: { sizeBytes?: number; ownOrigin: string },
): ContentWarning[] {
  if (mail.html === "") return [...subjectWarnings(mail.subject), ...textWarnings(mail)];
  const read = readHtml(mail.html);
  const links = read.links.filter(({ href }) => !href.startsWith(`${ownOrigin}/`));
  const pictures = pictureWarnings(read);
  return [
    ...subjectWarnings(mail.subject),
    ...sizeWarnings(sizeBytes),
    ...pictures,
    ...(pictures.some(({ code }) => code === "mostly_images") ? [] : textWarnings(mail)),
    ...linkWarnings(links),
    ...markupWarnings(read),
  ];
}

function subjectWarnings(subject: string): ContentWarning[] {
  const found: ContentWarning[] = [];
  const letters = subject.match(/\p{L}/gu)?.length ?? 0;
  if (letters > 5 && subject === subject.toUpperCase() && subject !== subject.toLowerCase())
    found.push({
      code: "subject_capitals",
      message: "The subject is all capitals, which spam filters count against it. Write it as a sentence.",
    });
  const marks = /[!?]{3,}|[$€£]{2,}/.exec(subject)?.[0];
  if (marks)
    found.push({
      code: "subject_marks",
      message: `The subject has “${marks}” in it, as spam does. One mark is enough.`,
    });
  return found;
}

function sizeWarnings(sizeBytes: number): ContentWarning[] {
  if (sizeBytes <= htmlBytesMax) return [];
  const size = Math.ceil(sizeBytes / 1024);
  return [
    {
      code: "html_size",
      message: `The HTML has ${size.toLocaleString("en")} kB, and Gmail cuts off what is beyond 102 kB, the unsubscribe link with it. Shorten it, or link to a page with the rest.`,
    },
  ];
}

function textWarnings({ text }: ReadMail): ContentWarning[] {
  // Behind this line stands the footer.
  const [written = ""] = text.split(/^-- $/m);
  if (/[\p{L}\p{N}]/u.test(written)) return [];
  return [
    {
      code: "no_text",
      message:
        "The text part is empty, which spam filters count against it. Write some words, or a text part of its own.",
    },
  ];
}

function pictureWarnings({ images, words }: ReadHtml): ContentWarning[] {
  const found: ContentWarning[] = [];
  const unnamed = images.filter(({ alt }) => alt === null);
  if (unnamed.length > 0)
    found.push({
      code: "image_alt",
      message: `${several(unnamed.length, "image has", "images have")} no alternative text (${named(unnamed.map(fileOf))}), and many people see nothing else at first. Say what each shows, or give it an empty alt="" when it only decorates.`,
    });
  if (images.length > 0 && words < wordsMin)
    found.push({
      code: "mostly_images",
      message: `It has ${several(words, "word", "words")} beside ${several(images.length, "image", "images")}, as mail does that hides its text from spam filters. Write what matters as text.`,
    });
  const embedded = images.filter(({ src }) => /^data:/i.test(src));
  if (embedded.length > 0)
    found.push({
      code: "image_embedded",
      message: `${several(embedded.length, "image stands", "images stand")} in the HTML itself (data:), which Gmail and Outlook do not show. Add the file as a picture instead.`,
    });
  const lost = images.filter(({ src }) => !/^(data:|cid:|https:\/\/|http:\/\/)/i.test(src));
  if (lost.length > 0)
    found.push({
      code: "image_address",
      message: `${several(lost.length, "image has", "images have")} no whole address (${named(lost.map(fileOf))}), and mail has no page that it could belong to. Begin it with https://.`,
    });
  return found;
}

const fileOf = ({ src }: ReadHtml["images"][number]) =>
  src.startsWith("data:") ? "in the HTML itself" : src.split(/[?#]/)[0]?.split("/").at(-1) || "no address";

type Link = ReadHtml["links"][number] & { url: URL };

function linkWarnings(links: ReadHtml["links"]): ContentWarning[] {
  const web = links.flatMap((link): Link[] => {
    const url = /^https?:\/\//i.test(link.href) ? URL.parse(link.href) : null;
    return url ? [{ ...link, url }] : [];
  });
  const found: ContentWarning[] = [];
  const short = web.filter(({ url }) => shorteners.has(bareHost(url)));
  if (short.length > 0)
    found.push({
      code: "link_shortened",
      message: `${several(short.length, "link hides", "links hide")} where it leads behind a shortener (${named(short.map(({ url }) => url.host))}), which spam filters distrust. Link to the page itself; clicks are counted anyway.`,
    });
  for (const { words, url } of web) {
    const shown = hostShown(words);
    if (shown === null || isSame(shown, bareHost(url))) continue;
    found.push({
      code: "link_disguised",
      message: `The link “${cut(words)}” shows one address and leads to another (${url.host}), as in phishing. Write where it leads, or words instead of an address.`,
    });
  }
  const numeric = web.filter(({ url }) => isIP(url.hostname.replace(/^\[|\]$/g, "")) > 0);
  if (numeric.length > 0)
    found.push({
      code: "link_numeric",
      message: `${several(numeric.length, "link leads", "links lead")} to a number instead of a name (${named(numeric.map(({ url }) => url.host))}), as in spam. Link to a domain.`,
    });
  const open = web.filter(({ url }) => url.protocol === "http:");
  if (open.length > 0)
    found.push({
      code: "link_http",
      message: `${several(open.length, "link is", "links are")} not encrypted (${named(open.map(({ href }) => href))}): browsers and spam filters warn of http://. Begin it with https://.`,
    });
  const broken = links.filter(({ href }) => !isTarget(href));
  if (broken.length > 0)
    found.push({
      code: "link_address",
      message: `${several(broken.length, "link is", "links are")} no address that mail can lead to (${named(broken.map(({ href }) => href))}). Begin it with https:// or mailto:.`,
    });
  return found;
}

/** Empty ones and `#` are told of already where links lead nowhere. */
const isTarget = (href: string) =>
  href === ""
  || href.startsWith("#")
  || (/^https?:/i.test(href) ? URL.canParse(href) : /^(mailto|tel|sms):/i.test(href));

const bareHost = ({ hostname }: URL) => hostname.replace(/^www\./, "");

/** The host of a link's words where these are an address; null for words. */
function hostShown(words: string): string | null {
  const isAddress =
    /^(https?:\/\/|www\.)[^\s]+$/i.test(words)
    || /^([a-z\d-]+\.)+(com|org|net|io|co|eu|de|at|ch|fr|uk|us|nl|es|it|info|biz)(\/\S*)?$/i.test(words);
  const url = isAddress ? URL.parse(words.replace(/^(?!https?:\/\/)/i, "https://")) : null;
  return url && bareHost(url);
}

/** A name may stand for its subdomains, and they for it. */
const isSame = (a: string, b: string) => a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);

function markupWarnings({ active, unclosed }: ReadHtml): ContentWarning[] {
  const found: ContentWarning[] = [];
  if (active.length > 0)
    found.push({
      code: "html_active",
      message: `The HTML has ${listed(active.map((name) => (name === "on…" ? "handlers of events (onclick and the like)" : `<${name}>`)))}, which mail programs take out and spam filters distrust. Put that on a page, and link to it.`,
    });
  if (unclosed.length > 0)
    found.push({
      code: "html_unclosed",
      message: `${listed(unclosed.map((name) => `<${name}>`))} ${unclosed.length === 1 ? "is" : "are"} opened and never closed, so that mail programs guess how it looks. Add the end ${unclosed.length === 1 ? "tag" : "tags"}.`,
    });
  return found;
}

const several = (count: number, one: string, more: string) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
const listed = (names: readonly string[]) => new Intl.ListFormat("en").format(names);
const cut = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** The first three, each once. */
function named(names: readonly string[]): string {
  const each = [...new Set(names.map(cut))];
  return each.length > 3 ? `${each.slice(0, 3).join(", ")} and ${each.length - 3} more` : each.join(", ");
}
