import { Card } from "#components/ui/card";
import { cn } from "#components/ui/cn";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";

type Props = {
  title: string;
  count?: RouterOutputs["campaigns"]["countAudience"];
  stale?: boolean;
  problem?: string;
};

export function AudienceSize({ title, count, stale, problem }: Props) {
  return (
    <Card className="p-4">
      <h2 className="text-xs text-muted">{title}</h2>
      {problem ? (
        <p role="alert" className="mt-1 text-danger">
          {problem}
        </p>
      ) : count ? (
        <div role="status" className={cn("transition-opacity", stale && "opacity-50")}>
          <p className="text-2xl font-semibold tabular-nums">{count.count.toLocaleString("en")}</p>
          <p className="text-muted">
            {count.suppressed === 0
              ? `of ${count.chosen.toLocaleString("en")} in the audience`
              : `${count.suppressed.toLocaleString("en")} of ${count.chosen.toLocaleString("en")} are unsubscribed, bounced or suppressed and get nothing`}
          </p>
          {count.undisturbed && <p className="text-muted">{undisturbedWords(count.undisturbed)}</p>}
        </div>
      ) : (
        <Skeleton className="mt-1 h-8 w-24" />
      )}
    </Card>
  );
}

const undisturbedWords = ({ tag, people }: { tag: string; people: number }) =>
  people === 1
    ? `1 has the tag “${tag}” and gets nothing until it is taken off`
    : `${people.toLocaleString("en")} have the tag “${tag}” and get nothing until it is taken off`;
