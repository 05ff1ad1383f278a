import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Spinner } from "#components/ui/spinner";
import { TextLink } from "#components/ui/text-link";
import type { Review } from "./launch-review.tsx";

type Problem = Review["problems"][number];
type Props = {
  label: string;
  /** What is said when nothing is wrong, or while nobody knows. */
  fine: ReactNode;
  problems: readonly Problem[];
  hrefOf: (problem: Problem) => string;
  pending?: boolean;
  /** It could not be looked at. */
  failed?: boolean;
  children?: ReactNode;
};

/** One thing that is looked at before a launch: all is well, or what is wrong with it and where to mend that. */
export function ChecklistGroup({ label, fine, problems, hrefOf, pending, failed, children }: Props) {
  const blocked = problems.some((problem) => problem.severity === "blocker");
  return (
    <li className="flex gap-3 px-4 py-3 sm:px-5">
      {pending ? (
        <Spinner className="mt-0.5 size-4 shrink-0 text-muted" />
      ) : blocked ? (
        <CircleAlert aria-label="Must be fixed" className="mt-0.5 size-4 shrink-0 text-danger" />
      ) : failed || problems.length > 0 ? (
        <TriangleAlert aria-label="Worth a look" className="mt-0.5 size-4 shrink-0 text-warning" />
      ) : (
        <CircleCheck aria-label="Fine" className="mt-0.5 size-4 shrink-0 text-success" />
      )}
      <div className="min-w-0 flex-1">
        <h3 className="font-medium">{label}</h3>
        {problems.length === 0 && fine && <p className="text-muted">{fine}</p>}
        <ul className="space-y-1.5">
          {problems.map((problem) => (
            <li key={problem.code + (problem.stepId ?? "") + problem.message} className="break-words">
              {problem.message}{" "}
              <TextLink href={hrefOf(problem)}>{problem.severity === "blocker" ? "Fix it" : "Look"}</TextLink>
            </li>
          ))}
        </ul>
        {children}
      </div>
    </li>
  );
}
