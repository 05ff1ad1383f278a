/*
 * Why a job that has not ended is not being worked on: an import, an export, an edit of contacts, the segments or the
 * scores of a workspace.
 */

/** What goes on beside what, for one organization: so many of a kind are worked on at once, the others wait. */
export const jobsAtOnce = {
  import: 1,
  fetch: 3,
  undo: 1,
  export: 1,
  edit: 1,
  segments: 1,
  scores: 1,
} as const;
export type JobLane = keyof typeof jobsAtOnce;

/** The reasons, each as a headline and a sentence. */
export const jobWaits = {
  starting: {
    title: "It begins in a moment",
    text: "It was asked for just now, and is taken up within seconds.",
  },
  behind_other_job: {
    title: "It waits for its turn",
    text: "It begins as soon as what comes first has ended, and is looked at every minute.",
  },
  retrying: {
    title: "The last try did not succeed",
    text: "Something was out of reach or went wrong on our side. Nothing is lost: it goes on where it stands.",
  },
  late: {
    title: "Nobody is working on this at the moment",
    text: "Other work of this installation comes first, or the part that hands it out is not running: when this lasts, ask whoever operates it. It goes on where it stands.",
  },
  no_worker: {
    title: "Nobody is working on this at the moment",
    text: "The part of this installation that does it is not running. Ask whoever operates it to start it (the worker): it goes on where it stands.",
  },
} as const;
export type JobWaitCode = keyof typeof jobWaits;

/** Null, all of it, while somebody works on the job or when it has ended. */
export type JobWait = {
  waitCode: JobWaitCode | null;
  /** When it is tried next, or looked at again. */
  waitUntil: Date | null;
  waitLane: JobLane | null;
  /** The name of the job that comes first, unless it is one of another workspace. */
  waitsBehind: string | null;
};
