"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { JobWaitCallout } from "#components/jobs/job-wait";
import { useTRPC } from "#components/trpc/client";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { FetchProgress } from "./fetch-progress.tsx";
import { ImportAbout } from "./import-about.tsx";
import { ImportActions } from "./import-actions.tsx";
import { ImportSummary } from "./import-summary.tsx";
import { ImportProgress } from "./import-progress.tsx";
import { ImportBadge } from "./import-badge.tsx";
import { ImportTrouble } from "./import-trouble.tsx";
import { isMoving } from "./import-status.tsx";
import { Judging } from "./judging.tsx";
import { NotMailed } from "./not-mailed.tsx";
import { ProblemGroups } from "./problem-groups.tsx";
import { ResultFixer } from "./result-fixer.tsx";
import { RowSum } from "./row-sum.tsx";
import { StepHeading } from "./step-heading.tsx";
import { UndoReport } from "./undo-report.tsx";

export type Detail = RouterOutputs["imports"]["byId"];
type Props = {
  workspace: string;
  initial: Detail;
  initialProblems: RouterOutputs["imports"]["problems"];
  permissions: RouterOutputs["workspaces"]["current"]["permissions"];
  timeZone: string;
};

/** One import: its progress while it runs, then what became of the rows, and the way back. */
export function ImportView({ workspace, initial, initialProblems, permissions, timeZone }: Props) {
  const trpc = useTRPC();
  const { data: job, dataUpdatedAt } = useQuery({
    ...trpc.imports.byId.queryOptions({ id: initial.id }),
    initialData: initial,
    // The wizard has asked for this import before it was started, and that answer is still kept.
    refetchOnMount: "always",
    refetchInterval: ({ state: { data } }) => (isMoving(data?.status ?? "") ? 700 : data?.judging && 3000),
  });
  const { data: problems } = useQuery({
    ...trpc.imports.problems.queryOptions({ id: initial.id }),
    initialData: initialProblems,
    enabled: job.errors > 0 && !isMoving(job.status),
    staleTime: 0,
  });
  const canWrite = permissions.includes("contacts:write");
  const correctable = canWrite && ["completed", "failed", "cancelled"].includes(job.status);
  const ended = ["completed", "failed", "cancelled", "rolled_back"].includes(job.status);
  return (
    <Page
      width="narrow"
      title={<span className="wrap-anywhere">{job.fileName}</span>}
      badge={<ImportBadge job={job} />}
      breadcrumbs={[{ label: "Imports", href: `/${workspace}/imports` }]}
      action={<ImportActions workspace={workspace} job={job} permissions={permissions} />}
    >
      <ImportTrouble job={job} />
      <JobWaitCallout job={job} timeZone={timeZone} className="mb-5" />
      <ImportSummary job={job} />
      {job.status === "fetching" && <FetchProgress job={job} />}
      {isMoving(job.status) && job.status !== "fetching" && (
        <ImportProgress key={job.status} job={job} at={dataUpdatedAt} />
      )}
      {job.status === "rolled_back" && <UndoReport workspace={workspace} job={job} timeZone={timeZone} />}
      {(ended || job.processedRows > 0) && job.status !== "rolling_back" && <Result job={job} />}
      <Judging job={job} canWrite={canWrite} />
      {job.notMailed > 0 && job.status !== "rolled_back" && !isMoving(job.status) && (
        <div className="mb-5">
          <NotMailed workspace={workspace} id={job.id} count={job.notMailed} />
        </div>
      )}
      {job.errors > 0 && problems.length > 0 && (
        <Rejected
          workspace={workspace}
          job={job}
          groups={problems}
          correctable={correctable}
          canWrite={canWrite}
        />
      )}
      <ImportAbout workspace={workspace} job={job} timeZone={timeZone} />
    </Page>
  );
}

type RejectedProps = {
  workspace: string;
  job: Detail;
  groups: Props["initialProblems"];
  correctable: boolean;
  /** Rejected rows are for those who can mend them. */
  canWrite: boolean;
};

function Rejected({ workspace, job, groups, correctable, canWrite }: RejectedProps) {
  if (correctable) return <ResultFixer workspace={workspace} job={job} groups={groups} />;
  return (
    <ProblemGroups
      groups={groups}
      action={
        canWrite && (
          <LinkButton href={`/${workspace}/imports/${job.id}/errors.csv`} prefetch={false} size="sm">
            <Download aria-hidden /> Download rejected rows
          </LinkButton>
        )
      }
    />
  );
}

function Result({ job }: { job: Detail }) {
  const rows = job.created + job.updated + job.unchanged + job.skipped + job.errors;
  const title =
    job.status === "rolled_back"
      ? "What the import had done"
      : job.status === "processing"
        ? "So far"
        : "What became of the rows";
  return (
    <Section title={isMoving(job.status) ? title : <StepHeading key={job.status}>{title}</StepHeading>}>
      <RowSum
        total={rows}
        created={job.created}
        updated={job.updated}
        unchanged={job.unchanged}
        existing={job.skipReasons.existing}
        repeated={job.skipReasons.repeated}
        errors={job.errors}
      />
    </Section>
  );
}
