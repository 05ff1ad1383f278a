"use client";
import { Download } from "lucide-react";
import { toast } from "sonner";
import { Button } from "#components/ui/button";
import { FormError } from "#components/ui/form-error";
import { LinkButton } from "#components/ui/link-button";
import { count } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";
import type { ProblemGroup } from "./problem-groups.tsx";
import { RejectedFixer } from "./rejected-fixer.tsx";
import { useCorrections } from "./use-corrections.tsx";

type Props = { workspace: string; job: Detail; groups: readonly ProblemGroup[] };

/** The rows that an import left out: as a file to mend, or corrected here and imported with it after all. */
export function ResultFixer({ workspace, job, groups }: Props) {
  const { edits, edit, send, pending, problem } = useCorrections(job.id, ({ imported, rejected }) => {
    const rows = imported === 1 ? "1 row was" : `${count(imported)} rows were`;
    if (rejected === 0) toast.success(`${rows} imported`);
    else toast.warning(`${rows} imported, ${count(rejected)} still cannot be`);
  });
  return (
    <>
      <FormError>{problem}</FormError>
      <RejectedFixer
        job={job}
        groups={groups}
        edits={edits}
        onEdit={edit}
        description="Correct them here, or mend them in the file and import that: rows that are in already are recognized."
        action={
          <LinkButton href={`/${workspace}/imports/${job.id}/errors.csv`} prefetch={false} size="sm">
            <Download aria-hidden /> Download rejected rows
          </LinkButton>
        }
        footer={
          edits.size > 0 && (
            <Button variant="primary" pending={pending} onClick={send}>
              Import {edits.size === 1 ? "1 corrected row" : `${count(edits.size)} corrected rows`}
            </Button>
          )
        }
      />
    </>
  );
}
