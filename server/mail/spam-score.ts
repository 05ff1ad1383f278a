import { connect } from "node:net";
import { AppError } from "#server/errors";

export type SpamRule = { name: string; points: number; description: string };
/** From `threshold` points on a mail counts as spam. `rules` are those that gave or took points, the heaviest first. */
export type SpamScore = { points: number; threshold: number; rules: SpamRule[] };

const timeoutMax = 20_000;
/** spamc hands over no larger ones either. */
const messageBytesMax = 500 * 1024;
const answerBytesMax = 256 * 1024;

/**
 * Asks SpamAssassin's spamd what it makes of a message, as the operator has set it up, at
 * `host:port` (https://svn.apache.org/repos/asf/spamassassin/trunk/spamd/PROTOCOL). @throws AppError unavailable
 */
export async function spamScoreOf(
  message: Buffer,
  address: string,
  timeoutMs: number = timeoutMax,
): Promise<SpamScore> {
  const kept = message.subarray(0, messageBytesMax);
  const answer = await exchange(address, kept, Math.min(timeoutMs, timeoutMax)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unavailable(address, `gave no answer (${why})`, cause);
  });
  const [, code = "", words = ""] = /^SPAMD\/[\d.]+ (\d+) ([^\r\n]*)/.exec(answer) ?? [];
  if (code !== "0") throw unavailable(address, `answered “${`${code} ${words}`.trim()}”`);
  const verdict = /^Spam: *\w+ *; *(-?[\d.]+) *\/ *(-?[\d.]+)/im.exec(answer);
  if (!verdict) throw unavailable(address, "answered without a score");
  return { points: Number(verdict[1]), threshold: Number(verdict[2]), rules: rulesIn(answer) };
}

const unavailable = (address: string, what: string, cause?: unknown) =>
  new AppError(
    "unavailable",
    `The spam filter at ${address} ${what}. The operator can look at SPAMD_ADDRESS.`,
    {},
    { cause },
  );

/** Hands the message over and reads until the other side has said everything. */
function exchange(address: string, message: Buffer, timeoutMs: number): Promise<string> {
  const at = address.lastIndexOf(":");
  const place = { host: address.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(address.slice(at + 1)) };
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = connect(place);
    // For the whole of it: one that dribbles would hold on for ever.
    const late = setTimeout(() => socket.destroy(new Error(`within ${timeoutMs / 1000} seconds`)), timeoutMs);
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > answerBytesMax) socket.destroy(new Error("its answer has no end"));
      chunks.push(chunk);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(late);
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
    socket.end(
      Buffer.concat([Buffer.from(`REPORT SPAMC/1.5\r\nContent-length: ${message.length}\r\n\r\n`), message]),
    );
  });
}

/** The table at the end of a report: points, name and description, which may go on in lines of its own. */
function rulesIn(report: string): SpamRule[] {
  const rules: SpamRule[] = [];
  for (const line of report.split(/\r?\n/)) {
    const [, points, name, description = ""] = /^ *(-?[\d.]+) +([A-Z][A-Z\d_]{2,}) +(.*)$/.exec(line) ?? [];
    const last = rules.at(-1);
    if (points !== undefined && name !== undefined)
      rules.push({ name, points: Number(points), description: description.trim() });
    else if (last && /^ {20,}\S/.test(line)) last.description += ` ${line.trim()}`;
  }
  return rules.filter(({ points }) => points !== 0).sort((a, b) => b.points - a.points);
}
