import { Badge, type Tone } from "./badge.tsx";

const tones: Record<string, Tone> = {
  active: "success",
  completed: "success",
  sent: "success",
  delivered: "success",
  approved: "success",
  enrolled: "info",
  verified: "success",
  replied: "success",
  scheduled: "info",
  pending: "neutral",
  queued: "info",
  fetching: "info",
  validating: "info",
  processing: "info",
  sending: "info",
  launching: "info",
  rolling_back: "info",
  awaiting_confirmation: "warning",
  pending_approval: "warning",
  paused: "warning",
  deferred: "warning",
  cooling_down: "warning",
  rate_limited: "warning",
  unknown: "warning",
  rejected: "danger",
  expired: "warning",
  failed: "danger",
  error: "danger",
  bounced: "danger",
  complained: "danger",
  unsubscribed: "warning",
};

const labels: Record<string, string> = {
  rolling_back: "Undoing",
  rolled_back: "Undone",
  awaiting_confirmation: "Needs confirmation",
  pending_approval: "Needs approval",
  processing: "In progress",
};

/** Any status the database knows, as a word and a colour; unknown ones are grey and read as written. */
export function StatusBadge({ status, label }: { status: string; label?: string }) {
  const words = status.replaceAll("_", " ");
  return (
    <Badge tone={tones[status] ?? "neutral"} dot>
      {label ?? labels[status] ?? words.charAt(0).toUpperCase() + words.slice(1)}
    </Badge>
  );
}
