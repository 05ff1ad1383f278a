type Moment = {
  done: number;
  /** In milliseconds. */
  at: number;
};

/** How many a second were done between two moments, and how long the rest takes at that; null where nobody can tell yet. */
export function paceOf(
  start: Moment,
  now: Moment,
  total: number | null,
): { rate: number; left: string | null } {
  const rate = now.at > start.at ? Math.round(((now.done - start.done) / (now.at - start.at)) * 1000) : 0;
  const left = rate > 0 && total ? spanOf(Math.max(0, Math.ceil((total - now.done) / rate))) : null;
  return { rate: Math.max(0, rate), left };
}

const spanOf = (seconds: number) =>
  seconds < 90
    ? `${seconds} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;
