"use client";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "#components/ui/dialog";
import type { ContactFilter } from "#server/contacts/schema";
import type { ExportOf } from "#server/exports/schema";
import type { RuleTree } from "#server/segments/schema";
import { ExportForm } from "./export-form.tsx";

type Props = {
  workspace: string;
  /** Whom: a list or segment, whom rules or a filter let through, or picked contacts. Everybody without any. */
  segmentId?: string;
  rules?: RuleTree;
  filter?: ContactFilter;
  ids?: string[];
  label?: string;
  primary?: boolean;
};

/** Opens the choices of an export. */
export function ExportButton({ workspace, label = "Export", primary = false, ...whom }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant={primary ? "primary" : "secondary"}>{label}</Button>
      </DialogTrigger>
      <DialogContent
        title="Export contacts"
        description="One file, as of the moment it is written. It is kept for 7 days."
        size="lg"
      >
        <ExportForm workspace={workspace} of={exportOf(whom)} onDone={() => setOpen(false)} />
      </DialogContent>
    </Dialog>
  );
}

export function exportOf({
  segmentId,
  rules,
  filter,
  ids,
}: Pick<Props, "segmentId" | "rules" | "filter" | "ids">): ExportOf {
  if (ids) return { kind: "selection", ids };
  if (segmentId) return { kind: "segment", segmentId };
  if (rules) return { kind: "rules", rules };
  if (filter && Object.keys(filter).length > 0) return { kind: "filter", filter };
  return { kind: "all" };
}
