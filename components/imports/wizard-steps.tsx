import { Check } from "lucide-react";
import { cn } from "#components/ui/cn";
import type { WizardStep } from "./use-wizard-place.tsx";

const steps: { key: WizardStep; label: string }[] = [
  { key: "file", label: "File" },
  { key: "columns", label: "Columns" },
  { key: "options", label: "Options" },
  { key: "check", label: "Check and import" },
];

type Props = {
  current: WizardStep;
  /** Goes back to a step that is done; null while nothing can be changed. */
  onGo: ((step: WizardStep) => void) | null;
};

/** Where one is in the wizard. */
export function WizardSteps({ current, onGo }: Props) {
  const at = steps.findIndex(({ key }) => key === current);
  return (
    <ol aria-label="Steps" className="mb-5 flex flex-wrap items-center gap-x-2 gap-y-2">
      {steps.map(({ key, label }, index) => (
        <li
          key={key}
          aria-current={index === at ? "step" : undefined}
          className={cn(
            "flex items-center gap-2",
            index === at ? "font-medium" : "text-muted",
            index > 0 && "before:mr-0 before:h-px before:w-4 before:bg-line-strong max-sm:before:w-2",
            index !== at && "max-sm:[&_.step-label]:sr-only",
          )}
        >
          {index < at && onGo ? (
            <button
              type="button"
              className="flex items-center gap-2 rounded-md hover:text-ink"
              onClick={() => onGo(key)}
            >
              <Mark index={index} at={at} />
              <span className="step-label">{label}</span>
              <span className="sr-only">done, change it</span>
            </button>
          ) : (
            <>
              <Mark index={index} at={at} />
              <span className="step-label">{label}</span>
              {index < at && <span className="sr-only">done</span>}
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

function Mark({ index, at }: { index: number; at: number }) {
  return (
    <span
      aria-hidden
      className={cn(
        "flex size-5 shrink-0 items-center justify-center rounded-full border text-xs",
        index < at && "border-accent bg-accent-soft text-accent",
        index === at && "border-ink bg-ink text-canvas",
      )}
    >
      {index < at ? <Check className="size-3" /> : index + 1}
    </span>
  );
}
