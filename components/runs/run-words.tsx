import { StatusBadge } from "#components/ui/status-badge";
import { Badge, type Tone } from "#components/ui/badge";

type Shown = { status: string; phase?: string | null };

export const phases: Record<string, { label: string; tone: Tone }> = {
  working: { label: "Working", tone: "info" },
  queued: { label: "Queued", tone: "info" },
  retrying: { label: "Retrying", tone: "warning" },
  sleeping: { label: "Sleeping", tone: "neutral" },
  waiting: { label: "Waiting", tone: "neutral" },
  running: { label: "Under way", tone: "info" },
};

/** Where a run is: how it ended, or what it does at this moment. */
export function RunBadge({ status, phase }: Shown) {
  const known = status === "running" ? phases[phase ?? "running"] : undefined;
  if (!known) return <StatusBadge status={status} />;
  return (
    <Badge tone={known.tone} dot>
      {known.label}
    </Badge>
  );
}

/** `3 min 20 s`: as long as something took, or is late. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** JSON as people read it; a text that was cut stays as it is. */
export function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return `${json}…`;
  }
}
