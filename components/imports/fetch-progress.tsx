import { ProgressBar } from "#components/ui/progress-bar";
import { Section } from "#components/ui/section";
import type { Detail } from "./import-view.tsx";
import { StepHeading } from "./step-heading.tsx";
import { megabytes } from "./upload-progress.tsx";

type Props = { job: Detail; action?: React.ReactNode };

/** How far a file is that the server fetches. */
export function FetchProgress({ job, action }: Props) {
  const { address = job.fileName, receivedBytes = 0, ofBytes = null } = job.fetch ?? {};
  return (
    <Section title={<StepHeading>Fetching the file</StepHeading>} action={action}>
      <p className="mb-3 font-medium wrap-anywhere">{address}</p>
      <ProgressBar label="Fetch" done={receivedBytes} total={receivedBytes > 0 ? ofBytes : null} />
      <p className="mt-2 text-xs text-muted tabular-nums">{progressOf(receivedBytes, ofBytes)}</p>
      {job.problem && <p className="mt-1 text-xs text-warning">{troubleOf(job.problem)}</p>}
      <p className="mt-1 text-xs text-muted">You can leave this page: it goes on.</p>
    </Section>
  );
}

function progressOf(bytes: number, ofBytes: number | null): string {
  if (bytes === 0) return "Asking the server…";
  if (!ofBytes) return `${megabytes(bytes)} MB so far`;
  return `${megabytes(bytes)} of ${megabytes(ofBytes)} MB, ${Math.round((bytes / ofBytes) * 100)} %`;
}

/** What went wrong, without the advice to try again: that is being done. */
const troubleOf = (problem: string) =>
  `${problem.replace(/ (?:Check the address and t|T)ry again( in a moment)?\.$/, "")} It is asked again in a moment.`;
