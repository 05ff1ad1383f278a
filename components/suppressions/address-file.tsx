/** Addresses that one request carries. */
const piece = 2000;

/** What was typed, then the first address or domain of each line of the file, in pieces of a request's size. */
export async function* addressesOf(typed: string, file: File | null): AsyncGenerator<string> {
  if (typed !== "") {
    const lines = typed.split(/[\n,;]+/);
    for (let at = 0; at < lines.length; at += piece) yield lines.slice(at, at + piece).join("\n");
  }
  if (!file) return;
  let rest = "";
  let found: string[] = [];
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  for (let { done, value } = await reader.read(); ; { done, value } = await reader.read()) {
    const lines = (rest + (value ?? "")).split(/\r\n|\r|\n/);
    rest = done ? "" : (lines.pop() ?? "");
    found.push(...lines.flatMap(addressOf));
    for (; found.length >= piece; found = found.slice(piece)) yield found.slice(0, piece).join("\n");
    if (done) break;
  }
  if (found.length > 0) yield found.join("\n");
}

function addressOf(line: string): string[] {
  const cell = line
    .split(/[,;\t]/)
    .map((each) => each.trim().replace(/^"|"$/g, ""))
    .find((each) => each.includes("@"));
  return cell ? [cell] : [];
}
