import { StatusBadge } from "#components/ui/status-badge";

export function TemplateState({ status }: { status: string }) {
  if (status === "archived") return <StatusBadge status="archived" label="Archived" />;
  if (status === "active") return <StatusBadge status="active" label="Ready" />;
  return <StatusBadge status="paused" label="Has mistakes" />;
}
