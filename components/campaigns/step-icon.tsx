import { Clock, LogOut, Mail, Split, Zap, type LucideIcon } from "lucide-react";
import { cn } from "#components/ui/cn";
import { endingActions, type ActionType, type StepType } from "#server/campaigns/schema";

const icons: Record<StepType, { Icon: LucideIcon; look: string; label: string }> = {
  email: { Icon: Mail, look: "bg-accent-soft text-accent", label: "Email" },
  wait: { Icon: Clock, look: "bg-selected text-muted", label: "Wait" },
  condition: { Icon: Split, look: "bg-warning-soft text-warning", label: "Condition" },
  action: { Icon: Zap, look: "bg-success-soft text-success", label: "Action" },
};

export const stepLabel = (type: StepType) => icons[type].label;

export function StepIcon({
  type,
  actionType,
  className,
}: {
  type: StepType;
  actionType?: ActionType | null;
  className?: string;
}) {
  const { Icon, look } = icons[type];
  const Shown = actionType && endingActions.includes(actionType) ? LogOut : Icon;
  return (
    <span className={cn("flex size-7 shrink-0 items-center justify-center rounded-md", look, className)}>
      <Shown aria-hidden className="size-3.5" />
    </span>
  );
}
