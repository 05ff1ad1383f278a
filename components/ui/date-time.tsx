import { cn } from "./cn.tsx";

const styles = {
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
  "date-time": { dateStyle: "medium", timeStyle: "short" },
} as const;

type Props = {
  at: Date | string | null;
  /** The workspace's zone: server and browser must print the same words. */
  timeZone?: string;
  show?: keyof typeof styles;
  empty?: string;
  className?: string;
};

/** A moment in one zone, in the same words on server and client; the exact instant is its title. */
export function DateTime({ at, timeZone = "UTC", show = "date-time", empty = "–", className }: Props) {
  if (!at) return <span className="text-faint">{empty}</span>;
  const instant = new Date(at);
  return (
    <time
      dateTime={instant.toISOString()}
      title={`${instant.toISOString()} (shown in ${timeZone})`}
      className={cn("whitespace-nowrap", className)}
    >
      {new Intl.DateTimeFormat("en-GB", { ...styles[show], timeZone }).format(instant)}
    </time>
  );
}
