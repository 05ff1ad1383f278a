"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ProgressBar } from "#components/ui/progress-bar";
import type { UndoReport } from "#server/imports/schema";
import { contacts, count } from "./import-status.tsx";
import { KeptList } from "./kept-list.tsx";
import { UndoStays } from "./undo-stays.tsx";
import { UndoSum } from "./undo-sum.tsx";
import type { Forecast } from "./use-undo-forecast.tsx";

type Props = { workspace: string; id: string; sum: UndoReport; forecast: Forecast };

/** What undoing would do, as far as it is known, and who would stay. */
export function UndoForecast({ workspace, id, sum, forecast }: Props) {
  const { looked, total, complete, error, goOn } = forecast;
  /** The contacts that stay are looked for once somebody wants to see them. */
  const [listed, setListed] = useState(false);
  return (
    <>
      {!complete && (
        <div className="space-y-2">
          <p className="tabular-nums">
            Looked at {count(looked)} of {contacts(total)}. So far:
          </p>
          <ProgressBar label="Contacts looked at" done={looked} total={total} />
        </div>
      )}
      <UndoSum report={sum} tense="will" />
      <UndoStays report={sum} tense="will" />
      {!complete && (
        <p className="text-muted">
          You need not wait for the rest: the undo looks at every contact itself, and names all that stay.
        </p>
      )}
      {!complete && error !== null && (
        <Button size="sm" onClick={goOn}>
          Look at the rest
        </Button>
      )}
      {Object.keys(sum.reasons).length > 0 && (
        <details onToggle={(event) => setListed(event.currentTarget.open)}>
          <summary className="cursor-pointer font-medium">Contacts that stay, wholly or in part</summary>
          <div className="mt-2">{listed && <KeptList workspace={workspace} id={id} tense="will" />}</div>
        </details>
      )}
    </>
  );
}
