"use client";
import { useState } from "react";
import { type ColumnMapping, type ImportOptions, importOptions } from "#server/imports/schema";
import type { Inspection } from "./import-wizard.tsx";

export type Draft = { mapping: ColumnMapping[]; options: ImportOptions };

/**
 * What was chosen so far, for the file as it is read now. It is kept in the tab until it is sent with a check, so that
 * a reload loses nothing; when the file is read another way, its columns are others and the choice begins anew.
 */
export function useDraft(timeZone: string) {
  const [kept, setKept] = useState<{ key: string; draft: Draft } | null>(null);

  function draftOf(inspection: Inspection): Draft {
    const key = keyOf(inspection);
    return kept?.key === key ? kept.draft : (stored(key) ?? fresh(inspection, timeZone));
  }

  function save(file: Columns, draft: Draft): void {
    const key = keyOf(file);
    setKept({ key, draft });
    try {
      sessionStorage.setItem(key, JSON.stringify(draft));
    } catch {
      // A full or forbidden store costs no more than the memory of a reload.
    }
  }

  /**
   * Changes one column of the choice. Without one, and without `inspection`, there is nothing to change: whoever reads the
   * file next finds the columns of the last check.
   */
  function amend(file: Columns, column: ColumnMapping, inspection: Inspection | null): void {
    const draft = inspection ? draftOf(inspection) : stored(keyOf(file));
    if (!draft) return;
    const mapping = draft.mapping.map((each) => (each.column === column.column ? column : each));
    save(file, { ...draft, mapping });
  }

  return { draftOf, save, amend };
}

type Columns = Pick<Inspection, "id" | "headers">;

const keyOf = ({ id, headers }: Columns) => `import:${id}:${JSON.stringify(headers)}`;

function stored(key: string): Draft | null {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as Draft);
  } catch {
    // A forbidden store, or words that are not ours: the choice begins anew.
    return null;
  }
}

function fresh({ mapping, options }: Inspection, timeZone: string): Draft {
  const { rules, reading, consent, ...rest } = importOptions.parse(options ?? {});
  return {
    mapping,
    options: { ...rest, rules, consent, reading: options ? reading : { ...reading, timeZone } },
  };
}
