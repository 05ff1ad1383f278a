"use client";
import { useSearchParams } from "next/navigation";

export const wizardSteps = ["file", "columns", "options", "check"] as const;
export type WizardStep = (typeof wizardSteps)[number];

export type WizardPlace = {
  /** The import the address names. */
  id: string | null;
  /** The step it names; null leaves it to what the import is at. */
  step: WizardStep | null;
  go: (to: { id: string | null; step?: WizardStep }, how?: "push" | "replace") => void;
};

/**
 * Where somebody is in the wizard, kept in the address: reload, back button and second tab find the same import at the
 * same step.
 */
export function useWizardPlace(workspace: string): WizardPlace {
  const params = useSearchParams();
  const asked = params.get("step");
  return {
    id: params.get("import"),
    step: wizardSteps.find((step) => step === asked) ?? null,
    go: ({ id, step }, how = "push") => {
      const query = new URLSearchParams({ ...(id && { import: id }), ...(id && step && { step }) });
      const url = `/${workspace}/imports/new${query.size > 0 ? `?${query}` : ""}`;
      if (how === "push") window.history.pushState(null, "", url);
      else window.history.replaceState(null, "", url);
    },
  };
}
