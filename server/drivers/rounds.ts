const minuteMs = 60_000;
const hour = 64;

/**
 * Which of its repetitions an event belongs to, when what it calls for has been late since then: one in each of the first
 * minutes, then one each time the lateness has doubled, then one an hour. It is sent every minute all the same. A server
 * that has the one before refuses it by its id, so that work which waits for hours behind other work of its tenant is not
 * called for hundreds of times; one that has lost everything takes it at once.
 */
export function roundOf(since: Date, now: Date): string {
  const late = Math.max(0, Math.floor((now.getTime() - since.getTime()) / minuteMs));
  const round = late < 4 ? late : late < hour ? 2 ** Math.floor(Math.log2(late)) : late - (late % hour);
  return `${since.toISOString()}+${round}`;
}
