const lineFeed = 10;
const carriageReturn = 13;
const dot = 46;
const stuffedTails = new WeakMap<Buffer, Buffer>();

/**
 * A message as it goes over the wire (RFC 5321, 4.5.2): every line ends in CRLF, a dot that begins a line is doubled,
 * and a line of one dot ends it. `tail`, which many messages share, is looked at once.
 */
export function wireBody(raw: Buffer, tail?: Buffer): Buffer[] {
  const body = stuffed(raw);
  if (!tail?.length) return [body, endOf(body)];
  // The tail begins a line of its own, or goes on with the last one: only then may its first dot stand alone.
  const behind = stuffedTails.get(tail) ?? stuffed(tail);
  stuffedTails.set(tail, behind);
  if (endsLine(body) || behind[0] !== dot) return [body, behind, endOf(behind)];
  return [body, behind.subarray(1), endOf(behind)];
}

const endsLine = (bytes: Buffer) => bytes.length === 0 || bytes[bytes.length - 1] === lineFeed;
const ended = Buffer.from(".\r\n");
const endedBehindLine = Buffer.from("\r\n.\r\n");
const endOf = (bytes: Buffer) => (endsLine(bytes) ? ended : endedBehindLine);

/** The bytes themselves where nothing is to be done, which is nearly always. */
function stuffed(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let kept = 0;
  const put = (upTo: number, more: string) => {
    parts.push(bytes.subarray(kept, upTo), Buffer.from(more));
    kept = upTo;
  };
  if (bytes[0] === dot) put(0, ".");
  // A bare CR or LF could end the message for a server that is less strict than the one before it.
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at - 1] !== carriageReturn) put(at, "\r");
    if (bytes[at + 1] === dot) put(at + 1, ".");
  }
  for (let at = bytes.indexOf(carriageReturn); at >= 0; at = bytes.indexOf(carriageReturn, at + 1)) {
    if (bytes[at + 1] !== lineFeed)
      return stuffed(Buffer.from(bytes.toString("latin1").replace(/\r(?!\n)/g, "\r\n"), "latin1"));
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(kept)]);
}
