import { contacts, count, isMoving } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";

/** What an import is at, or has come to, in one line that is said aloud when it changes. */
export function ImportSummary({ job }: { job: Detail }) {
  return (
    <p role="status" className={isMoving(job.status) ? "sr-only" : "mb-4 text-muted"}>
      {wordsOf(job)}
    </p>
  );
}

function wordsOf(job: Detail): string {
  switch (job.status) {
    case "pending":
    case "awaiting_confirmation":
      return "Not imported yet: nothing is written before you confirm it.";
    case "fetching":
      return "The file is being fetched.";
    case "validating":
      return "The file is being checked.";
    case "processing":
      return `Importing: ${quarterOf(job.processedRows, job.totalRows)} done.`;
    case "rolling_back":
      return "Undoing the import.";
    case "rolled_back":
      return undone(job);
    case "completed":
      return `${sum(job)}.`;
    case "cancelled":
    case "failed":
      return `Stopped: ${sum(job)}.`;
  }
}

/** By quarters: somebody listening does not want every second's number. */
function quarterOf(done: number, total: number | null): string {
  return `${total ? Math.floor((done / total) * 4) * 25 : 0} percent`;
}

function sum({ created, updated, unchanged, skipped, errors }: Detail): string {
  const rows = created + updated + unchanged + skipped + errors;
  const parts = [
    `${count(created)} created`,
    `${count(updated)} updated`,
    ...(unchanged > 0 ? [`${count(unchanged)} unchanged`] : []),
    ...(skipped > 0 ? [`${count(skipped)} skipped`] : []),
    `${count(errors)} rejected`,
  ];
  return `${rows === 1 ? "1 row" : `${count(rows)} rows`}: ${parts.join(", ")}`;
}

function undone({ undoReport }: Detail): string {
  if (!undoReport) return "Undone.";
  const { deleted, restored, untagged, untouched = 0, kept, failed } = undoReport;
  const parts = [
    `${contacts(deleted)} deleted`,
    ...(restored > 0 ? [`${count(restored)} restored`] : []),
    ...(untagged > 0 ? [`${count(untagged)} without its tags and list`] : []),
    ...(untouched > 0 ? [`${count(untouched)} with nothing to take back`] : []),
    `${count(kept)} kept`,
    ...(failed > 0 ? [`${count(failed)} could not be taken back`] : []),
  ];
  return `Undone: ${parts.join(", ")}.`;
}
