import Link from "next/link";
import { Callout } from "#components/ui/callout";
import type { RouterOutputs } from "#server/router";

type Props = { workspace: string; uses: RouterOutputs["lists"]["byId"]["uses"] };

const placeOf = ({ kind, id }: Props["uses"][number]) =>
  ({
    campaign: `campaigns/${id}`,
    segment: `segments/${id}`,
    scoring: "settings/scoring",
    import_schedule: `imports/schedules/${id}`,
  })[kind];

/** What uses a list or segment; nothing when nothing does. */
export function UsedBy({ workspace, uses }: Props) {
  if (uses.length === 0) return null;
  return (
    <Callout className="mb-4">
      Used by{" "}
      {uses.map((use, index) => (
        <span key={use.id}>
          {index > 0 && ", "}
          <Link
            href={`/${workspace}/${placeOf(use)}`}
            className="font-medium underline-offset-4 hover:underline"
          >
            {use.name}
          </Link>
        </span>
      ))}
      .
    </Callout>
  );
}
