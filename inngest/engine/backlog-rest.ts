/** The longest rest: a look that had to wait for a lock or for Postgres says nothing about the backlog. */
const longestMs = 500;

export type BacklogRest = {
  /** How many milliseconds these free hands are to be left so. */
  left: (free: number, now: number) => number;
  /** A look from `startedAt` until `now` gave this many jobs to so many free hands. */
  looked: (look: { free: number; jobs: number; startedAt: number; now: number }) => void;
};

/**
 * Behind a backlog a look costs more: not one for each call that ends, but one for several, and a ninth of the time. A quarter
 * of all hands never waits. Moments are of `performance.now()`.
 */
export function backlogRest(capacity: number): BacklogRest {
  let until = -Infinity;
  return {
    left: (free, now) => (free > 0 && free < capacity / 4 ? Math.max(0, until - now) : 0),
    looked: ({ free, jobs, startedAt, now }) => {
      // Without a free hand nobody has looked.
      if (free > 0 && jobs === free) until = now + Math.min(8 * (now - startedAt), longestMs);
    },
  };
}
