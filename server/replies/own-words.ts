const quoteHeads =
  /^(on .{5,200} wrote:?|am .{5,200} schrieb.*:|le .{5,200} a écrit ?:|el .{5,200} escribió:|-{2,} ?(original message|ursprüngliche nachricht|forwarded message).*|_{10,}|from: .+|von: .+|sent from my .+|begin forwarded message:?)$/i;

/** What somebody wrote themselves, without what they quote and without their signature. */
export function ownWords(text: string): string {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const own: string[] = [];
  for (const [at, line] of lines.entries()) {
    const trimmed = line.trim();
    // "On … wrote:" is often broken over two lines.
    const joined = `${trimmed} ${lines[at + 1]?.trim() ?? ""}`;
    if (trimmed === "--" || quoteHeads.test(trimmed) || (/^on /i.test(trimmed) && quoteHeads.test(joined)))
      break;
    if (!trimmed.startsWith(">")) own.push(line);
  }
  return own.join("\n").trim();
}

/** The first words, for a list. */
export const snippetOf = (text: string): string => ownWords(text).replace(/\s+/g, " ").trim().slice(0, 240);

const wish =
  /^(please )?(un-?subscribe( me)?|remove me|take me off( (this|your|the) (mailing )?list)?|opt( me)? ?out|stop( (emailing|contacting|mailing) me)?|abmelden|austragen|bitte austragen|désinscrire|désabonner|cancelar suscripción|darme de baja)( (from )?(this|your|the)( mailing)? list)?( please)?[.!]*$/i;

/** Whether a reply asks for nothing but to be left alone, as "unsubscribe" or "Please remove me." does. */
export function asksToUnsubscribe(text: string): boolean {
  const [first = "", ...rest] = ownWords(text)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  // A name below it, or a greeting, is fine; a longer text may use the word for anything.
  return wish.test(first) && rest.join(" ").length <= 120;
}
