import { Check } from "lucide-react";
import { cn } from "#components/ui/cn";

const steps = [
  { key: "upload", label: "File" },
  { key: "mapping", label: "Columns" },
  { key: "check", label: "Check and import" },
] as const;

/** Where one is in the wizard. */
export function WizardSteps({ current }: { current: (typeof steps)[number]["key"] }) {
  const at = steps.findIndex(({ key }) => key === current);
  return (
    <ol aria-label="Steps" className="mb-5 flex flex-wrap gap-x-6 gap-y-2">
      {steps.map(({ key, label }, index) => (
        <li
          key={key}
          aria-current={index === at ? "step" : undefined}
          className={cn("flex items-center gap-2", index === at ? "font-medium" : "text-muted")}
        >
          <span
            aria-hidden
            className={cn(
              "flex size-5 items-center justify-center rounded-full border text-xs",
              index < at && "border-accent bg-accent-soft text-accent",
              index === at && "border-ink bg-ink text-canvas",
            )}
          >
            {index < at ? <Check className="size-3" /> : index + 1}
          </span>
          {label}
          {index < at && <span className="sr-only">done</span>}
        </li>
      ))}
    </ol>
  );
}
