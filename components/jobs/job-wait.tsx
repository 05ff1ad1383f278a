import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import { type JobLane, type JobWait, jobWaits } from "#server/drivers/schema";

type Props = { job: JobWait; timeZone: string; className?: string };

const atOnce: Record<JobLane, string> = {
  import: "Your organization checks and imports one file at a time",
  fetch: "Your organization fetches three files at a time",
  undo: "Your organization takes one import back at a time",
  export: "Your organization has one export written at a time",
  edit: "Your organization makes one edit of many contacts at a time",
  segments: "The segments of one workspace of your organization are worked out at a time",
  scores: "The scores of one workspace of your organization are worked out at a time",
};

/** Why nobody works on a job, and when it is tried again. Nothing while somebody does. */
export function JobWaitCallout({ job, timeZone, className = "" }: Props) {
  const { waitCode: code, waitUntil } = job;
  if (code === null) return null;
  const { title, text } = jobWaits[code];
  if (code === "starting")
    return (
      <p role="status" className={`text-xs text-muted ${className}`}>
        {title}.
      </p>
    );
  const troubled = code === "late" || code === "no_worker";
  return (
    <Callout kind={troubled ? "warning" : "info"} title={title} className={className}>
      {firstText(job)}
      {text} Next look <DateTime at={waitUntil} show="time" timeZone={timeZone} />.
    </Callout>
  );
}

/** The same in the line of a table. */
export function JobWaitNote({ job, timeZone }: { job: JobWait; timeZone: string }) {
  const { waitCode: code, waitUntil } = job;
  if (code === null || code === "starting") return null;
  const troubled = code === "late" || code === "no_worker";
  return (
    <span className={`block max-w-72 pt-1 text-xs ${troubled ? "text-warning" : "text-muted"}`}>
      {jobWaits[code].title}
      {job.waitsBehind && `, behind “${job.waitsBehind}”`}. Next look{" "}
      <DateTime at={waitUntil} show="time" timeZone={timeZone} />.
    </span>
  );
}

function firstText({ waitCode, waitLane, waitsBehind }: JobWait): string {
  if (waitCode !== "behind_other_job" || waitLane === null) return "";
  const first =
    waitsBehind === null ? "work of another workspace comes first" : `“${waitsBehind}” comes first`;
  return `${atOnce[waitLane]}, and ${first}. `;
}
