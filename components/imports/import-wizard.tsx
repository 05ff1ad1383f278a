"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { RouterOutputs } from "#server/router";
import { ForecastStep } from "./forecast-step.tsx";
import { MappingStep } from "./mapping-step.tsx";
import { ReadAgain } from "./read-again.tsx";
import { UploadStep } from "./upload-step.tsx";
import { WizardSteps } from "./wizard-steps.tsx";

export type Inspection = RouterOutputs["imports"]["inspect"];
export type Vocabulary = {
  lists: RouterOutputs["lists"]["list"];
  tags: RouterOutputs["tags"]["list"];
  customFields: RouterOutputs["customFields"]["list"];
};
type Begun = RouterOutputs["imports"]["byId"];
type Props = Vocabulary & { workspace: string; begun: Begun | null };

type Place =
  | { step: "upload" }
  | { step: "reading"; id: string }
  | { step: "mapping"; inspection: Inspection }
  | { step: "check"; id: string };

/** Where somebody goes on who comes back to an import that was begun. */
function placeOf(begun: Begun | null): Place {
  if (!begun) return { step: "upload" };
  if (begun.status === "validating" || begun.status === "awaiting_confirmation")
    return { step: "check", id: begun.id };
  // Its format is known only when all of it is here.
  return begun.headers.length > 0 ? { step: "reading", id: begun.id } : { step: "upload" };
}

/**
 * File, columns, check: three steps to an import. The URL names the import, so that a reload or a second tab goes
 * on with the same one.
 */
export function ImportWizard({ workspace, begun, ...vocabulary }: Props) {
  const router = useRouter();
  const [place, setPlace] = useState(() => placeOf(begun));
  const path = `/${workspace}/imports/new`;
  const remember = (id: string | null) =>
    window.history.replaceState(null, "", id ? `${path}?import=${id}` : path);
  const mapped = (inspection: Inspection) => setPlace({ step: "mapping", inspection });
  function anotherFile() {
    remember(null);
    setPlace({ step: "upload" });
  }
  return (
    <>
      <WizardSteps current={place.step === "reading" ? "mapping" : place.step} />
      {place.step === "upload" && (
        <UploadStep
          workspace={workspace}
          begun={begun?.status === "pending" && begun.headers.length === 0 ? begun : null}
          onImport={remember}
          onInspected={mapped}
        />
      )}
      {place.step === "reading" && (
        <ReadAgain id={place.id} onInspected={mapped} onAnotherFile={anotherFile} />
      )}
      {place.step === "mapping" && (
        <MappingStep
          inspection={place.inspection}
          vocabulary={vocabulary}
          onBack={anotherFile}
          onChecking={() => setPlace({ step: "check", id: place.inspection.id })}
        />
      )}
      {place.step === "check" && (
        <ForecastStep
          id={place.id}
          workspace={workspace}
          onMapping={mapped}
          onStarted={() => router.push(`/${workspace}/imports/${place.id}`)}
        />
      )}
    </>
  );
}
