"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { RouterOutputs } from "#server/router";
import { ForecastStep } from "./forecast-step.tsx";
import { MappingStep } from "./mapping-step.tsx";
import { UploadStep } from "./upload-step.tsx";
import { WizardSteps } from "./wizard-steps.tsx";

export type Inspection = RouterOutputs["imports"]["inspect"];
export type Vocabulary = {
  lists: RouterOutputs["lists"]["list"];
  tags: RouterOutputs["tags"]["list"];
  customFields: RouterOutputs["customFields"]["list"];
};
type Props = Vocabulary & { workspace: string; begun: RouterOutputs["imports"]["byId"] | null };

type Place = { step: "upload" } | { step: "mapping"; inspection: Inspection } | { step: "check"; id: string };

/**
 * File, columns, check: three steps to an import. The URL names the import, so that a reload or a second tab goes
 * on with the same one.
 */
export function ImportWizard({ workspace, begun, ...vocabulary }: Props) {
  const router = useRouter();
  const [place, setPlace] = useState<Place>(() =>
    begun && (begun.status === "validating" || begun.status === "awaiting_confirmation")
      ? { step: "check", id: begun.id }
      : { step: "upload" },
  );
  const remember = (id: string) =>
    window.history.replaceState(null, "", `/${workspace}/imports/new?import=${id}`);
  return (
    <>
      <WizardSteps current={place.step} />
      {place.step === "upload" && (
        <UploadStep
          workspace={workspace}
          begun={begun?.status === "pending" ? begun : null}
          onBegun={remember}
          onInspected={(inspection) => setPlace({ step: "mapping", inspection })}
        />
      )}
      {place.step === "mapping" && (
        <MappingStep
          inspection={place.inspection}
          vocabulary={vocabulary}
          onBack={() => router.push(`/${workspace}/imports/new`)}
          onChecking={() => setPlace({ step: "check", id: place.inspection.id })}
        />
      )}
      {place.step === "check" && (
        <ForecastStep
          id={place.id}
          onMapping={(inspection) => setPlace({ step: "mapping", inspection })}
          onStarted={() => router.push(`/${workspace}/imports/${place.id}`)}
        />
      )}
    </>
  );
}
