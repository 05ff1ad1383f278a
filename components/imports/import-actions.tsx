"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { LinkButton } from "#components/ui/link-button";
import type { RouterOutputs } from "#server/router";
import type { Detail } from "./import-view.tsx";
import { UndoDialog } from "./undo-dialog.tsx";

type Props = {
  workspace: string;
  job: Detail;
  permissions: RouterOutputs["workspaces"]["current"]["permissions"];
};

/** What can be done with an import now. */
export function ImportActions({ workspace, job, permissions }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const cancel = useMutation(trpc.imports.cancel.mutationOptions());
  async function cancelled() {
    try {
      await cancel.mutateAsync({ id: job.id });
    } catch (error) {
      throw new Error(asProblem(error)?.message, { cause: error });
    }
    await queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id: job.id }) });
  }
  const writes = permissions.includes("contacts:write");
  const setUp = job.status === "pending" || job.status === "awaiting_confirmation";
  return (
    <>
      {writes && job.status === "processing" && (
        <ConfirmDialog
          trigger={<Button>Cancel import</Button>}
          title="Cancel this import?"
          confirm="Cancel import"
          danger
          onConfirm={cancelled}
        >
          Rows that are in stay in. You can undo them afterwards.
        </ConfirmDialog>
      )}
      {writes && setUp && (
        <LinkButton href={`/${workspace}/imports/new?import=${job.id}`} variant="primary">
          Go on
        </LinkButton>
      )}
      {permissions.includes("imports:undo") && job.canUndo && <UndoDialog job={job} />}
      {job.list && job.status === "completed" && (
        <LinkButton href={`/${workspace}/lists/${job.list.id}`}>Show list</LinkButton>
      )}
      {job.status === "completed" && <LinkButton href={`/${workspace}/contacts`}>Show contacts</LinkButton>}
    </>
  );
}
