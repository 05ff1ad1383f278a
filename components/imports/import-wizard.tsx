"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import type { FormatChoice } from "#server/imports/formats/schema";
import type { Option } from "#components/ui/combobox";
import type { RouterOutputs } from "#server/router";
import { CheckStep } from "./check-step.tsx";
import { ColumnsStep } from "./columns-step.tsx";
import { FetchStep } from "./fetch-step.tsx";
import { OptionsStep } from "./options-step.tsx";
import { ReadAgain } from "./read-again.tsx";
import { SourceStep } from "./source-step.tsx";
import { useDraft } from "./use-draft.tsx";
import { useWizardPlace, type WizardStep } from "./use-wizard-place.tsx";
import { WizardSteps } from "./wizard-steps.tsx";

export type Inspection = RouterOutputs["imports"]["inspect"];
export type Vocabulary = {
  lists: readonly Option[];
  customFields: RouterOutputs["customFields"]["list"];
};
type Begun = RouterOutputs["imports"]["byId"];
type Props = Vocabulary & { workspace: string; timeZone: string; begun: Begun | null };

/** The step an import is at that is not named by the address, or cannot be the one that is. */
function stepOf(job: Begun | null, asked: WizardStep | null): WizardStep {
  if (!job || job.status === "fetching" || isUnfetched(job)) return "file";
  const checked = job.status === "validating" || job.status === "awaiting_confirmation";
  if (!checked && job.status !== "pending") return "check";
  // Its columns are known only when all of it is here.
  if (!checked && job.headers.length === 0) return "file";
  if (job.status === "validating") return "check";
  if (asked === "check") return checked ? "check" : "options";
  return asked ?? (checked ? "check" : "columns");
}

/** Its file could not be fetched from where it is. */
const isUnfetched = ({ status, fetch, partsReceived }: Begun) =>
  status === "failed" && fetch !== null && partsReceived === 0;

/** A fetched file that nobody has looked into yet. */
const isUnread = ({ status, fetch, headers }: Begun) =>
  status === "pending" && fetch !== null && headers.length === 0;

/** File, columns, options, check: four steps to an import. The address names the import and the step. */
export function ImportWizard({ workspace, timeZone, begun, ...vocabulary }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const place = useWizardPlace(workspace);
  const { draftOf, save, amend } = useDraft(timeZone);
  const [inspection, setInspection] = useState<Inspection | null>(null);
  const { data: found } = useQuery({
    ...trpc.imports.byId.queryOptions({ id: place.id ?? "" }),
    enabled: place.id !== null,
    refetchInterval: (query) => (query.state.data?.status === "fetching" ? 700 : false),
    ...(begun && begun.id === place.id && { initialData: begun }),
  });
  const job = place.id === null ? null : (found ?? null);
  const read = inspection && inspection.id === place.id ? inspection : null;
  const reread = useMutation(trpc.imports.inspect.mutationOptions({ onSuccess: inspected }));
  // Just inspected, it may still be pending without columns in an answer that is older.
  const step = stepOf(
    read && (!job || job.status === "pending") ? { ...read, status: "pending" } : job,
    place.step,
  );

  /** On its way from an address, or just here. */
  const coming = step === "file" && job && !read && (job.status === "fetching" || isUnread(job)) ? job : null;

  function inspected(next: Inspection) {
    setInspection(next);
    void queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id: next.id }) });
  }
  function arrived(next: Inspection) {
    inspected(next);
    place.go({ id: next.id, step: "file" }, "replace");
    place.go({ id: next.id, step: "columns" });
  }
  const goTo = (to: WizardStep) => place.go({ id: place.id, step: to });
  function changeFormat(format: FormatChoice) {
    if (read) reread.mutate({ id: read.id, format: { ...chosen(read), ...format } });
  }

  return (
    <>
      <WizardSteps
        current={step}
        onGo={step === "check" && job?.status !== "awaiting_confirmation" ? null : goTo}
      />
      {coming?.status === "fetching" && (
        <FetchStep job={coming} timeZone={timeZone} onCancelled={() => place.go({ id: null }, "replace")} />
      )}
      {coming?.status === "pending" && (
        <ReadAgain id={coming.id} onInspected={arrived} onAnotherFile={() => place.go({ id: null })} />
      )}
      {step === "file" && !coming && (
        <SourceStep
          workspace={workspace}
          unfetched={job && isUnfetched(job) ? job : null}
          begun={job?.status === "pending" ? job : null}
          onGoOn={job && job.headers.length > 0 ? () => goTo("columns") : null}
          onImport={(id) => place.go({ id }, "replace")}
          onInspected={arrived}
        />
      )}
      {(step === "columns" || step === "options") && !read && place.id && (
        <ReadAgain id={place.id} onInspected={inspected} onAnotherFile={() => place.go({ id: null })} />
      )}
      {step === "columns" && read && (
        <ColumnsStep
          inspection={read}
          draft={draftOf(read)}
          customFields={vocabulary.customFields}
          reading={{ pending: reread.isPending, problem: asProblem(reread.error)?.message }}
          onDraft={(draft) => save(read, draft)}
          onFormat={changeFormat}
          onBack={() => goTo("file")}
          onNext={() => goTo("options")}
        />
      )}
      {step === "options" && read && (
        <OptionsStep
          inspection={read}
          draft={draftOf(read)}
          vocabulary={vocabulary}
          onDraft={(draft) => save(read, draft)}
          onBack={() => goTo("columns")}
          onChecking={() => {
            void queries.invalidateQueries({ queryKey: trpc.imports.byId.queryKey({ id: read.id }) });
            goTo("check");
          }}
        />
      )}
      {step === "check" && place.id && (
        <CheckStep
          id={place.id}
          workspace={workspace}
          timeZone={timeZone}
          customFields={vocabulary.customFields}
          onBack={() => goTo("options")}
          onRetyped={(checked, column) => amend(checked, column, read)}
          onStarted={() => router.push(`/${workspace}/imports/${place.id}`)}
        />
      )}
    </>
  );
}

/** What was chosen before stays chosen when something else is. */
function chosen({ preview }: Inspection): FormatChoice {
  const { kind, encoding, delimiter, quote, header, entry, sheet } = preview;
  return {
    ...(kind !== "xlsx" && { encoding }),
    ...(delimiter !== null && { delimiter }),
    ...(quote !== null && { quote }),
    header,
    ...(entry !== null && { entry }),
    ...(sheet !== null && { sheet }),
  };
}
