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
  opened: ({ who }) => `was opened by ${who ?? "a deleted contact"}`,
  clicked: ({ who }) => `was clicked by ${who ?? "a deleted contact"}`,
  unsubscribed: ({ who }) => `lost ${who ?? "a deleted contact"}, who unsubscribed`,
  replied: ({ who }) => `was answered by ${who ?? "a deleted contact"}`,
  bounced: ({ who }) => `bounced off ${who ?? "a deleted contact"}`,
};

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
