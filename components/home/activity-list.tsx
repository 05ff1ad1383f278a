import Link from "next/link";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";

type Activity = RouterOutputs["analytics"]["home"]["activity"][number];
type Props = { workspace: string; activity: Activity[]; timeZone: string };

const did: Record<Activity["kind"], (act: Activity) => string> = {
  launched: () => "was launched",
  completed: () => "has completed",
  paused: () => "was paused",
  imported: ({ count }) =>
    `brought ${count === 1 ? "1 contact" : `${(count ?? 0).toLocaleString("en")} contacts`}`,
  undone: () => "was undone",
  opened: (act) => `was opened by ${people(act)}`,
  clicked: (act) => `was clicked by ${people(act)}`,
  unsubscribed: (act) => `lost ${people(act)}, who unsubscribed`,
  replied: (act) => `was answered by ${people(act)}`,
  bounced: (act) => `bounced off ${people(act)}`,
};

function people({ who, count }: Activity): string {
  const others = (count ?? 1) - 1;
  const name = who ?? "a deleted contact";
  if (others < 1) return name;
  if (others >= 100) return `${name} and more than a hundred others`;
  return `${name} and ${others === 1 ? "1 other" : `${others} others`}`;
}

export function ActivityList({ workspace, activity, timeZone }: Props) {
  return (
    <Section title="Recent activity" flush={activity.length > 0}>
      {activity.length === 0 && (
        <p className="text-muted">Launches, imports, opens and clicks show up here as they happen.</p>
      )}
      {activity.length > 0 && (
        <ol className="divide-y">
          {activity.map((act, index) => (
            <li key={`${act.kind}${act.ref}${index}`} className="px-4 py-2 sm:px-5">
              <p className="break-words">
                <Link
                  href={`/${workspace}/${act.kind === "imported" || act.kind === "undone" ? "imports" : "campaigns"}/${act.ref}`}
                  className="font-medium hover:underline"
                >
                  {act.name}
                </Link>{" "}
                <span className="text-muted">{did[act.kind](act)}</span>
              </p>
              <DateTime at={act.at} timeZone={timeZone} className="text-xs text-muted" />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
