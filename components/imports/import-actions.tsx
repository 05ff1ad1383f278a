"use client";
import { LinkButton } from "#components/ui/link-button";
import type { RouterOutputs } from "#server/router";
import { CancelImport } from "./cancel-import.tsx";
import type { Detail } from "./import-view.tsx";
import { UndoDialog } from "./undo-dialog.tsx";

type Props = {
  workspace: string;
  job: Detail;
  permissions: RouterOutputs["workspaces"]["current"]["permissions"];
};

/** What can be done with an import now. */
export function ImportActions({ workspace, job, permissions }: Props) {
  const writes = permissions.includes("contacts:write");
  const setUp = ["pending", "fetching", "awaiting_confirmation"].includes(job.status);
  return (
    <>
      {writes && (setUp || job.status === "validating" || job.status === "processing") && (
        <CancelImport id={job.id} written={job.status === "processing"} />
      )}
      {writes && setUp && (
        <LinkButton href={`/${workspace}/imports/new?import=${job.id}`} variant="primary">
          Go on
        </LinkButton>
      )}
      {writes && (job.status === "failed" || job.status === "cancelled") && (
        <LinkButton href={`/${workspace}/imports/new`}>Import another file</LinkButton>
      )}
      {permissions.includes("imports:undo") && job.canUndo && <UndoDialog workspace={workspace} job={job} />}
      {job.list && job.status === "completed" && (
        <LinkButton href={`/${workspace}/lists/${job.list.id}`}>Show list</LinkButton>
      )}
      {writes && job.status === "completed" && (
        <LinkButton href={`/${workspace}/imports/schedules/new?like=${job.id}`} variant="ghost">
          Repeat
        </LinkButton>
      )}
      {job.status === "completed" && <LinkButton href={`/${workspace}/contacts`}>Show contacts</LinkButton>}
    </>
  );
}
