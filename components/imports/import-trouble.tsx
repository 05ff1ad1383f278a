import { Callout } from "#components/ui/callout";
import type { Detail } from "./import-view.tsx";

/** Why an import stopped, and why its undo did. */
export function ImportTrouble({ job }: { job: Detail }) {
  const undo = ["completed", "failed", "cancelled"].includes(job.status) && job.undoProblem;
  return (
    <>
      {job.problem && job.status !== "fetching" && (
        <Callout
          kind={job.status === "cancelled" ? "warning" : "danger"}
          title={titleOf(job)}
          className="mb-5"
        >
          {job.problem}
        </Callout>
      )}
      {undo && (
        <Callout kind="danger" title="The undo stopped" className="mb-5">
          {undo}
        </Callout>
      )}
    </>
  );
}

function titleOf({ status, fetch, partsReceived }: Detail): string {
  if (status === "cancelled") return "This import was given up";
  if (status !== "failed") return "The undo stopped";
  return fetch && partsReceived === 0 ? "The file could not be fetched" : "The import stopped";
}
