"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { v7 } from "uuid";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { DialogClose, DialogFooter } from "#components/ui/dialog";
import { FormError } from "#components/ui/form-error";
import { RadioCards } from "#components/ui/radio-cards";
import {
  type ExportFormat,
  type ExportOf,
  exportFormatLabels,
  exportFormats,
  fieldsByDefault,
  type LeftOutKind,
  leftOutKinds,
  leftOutLabels,
} from "#server/exports/schema";
import { FieldChoice } from "./field-choice.tsx";

const hints: Record<ExportFormat, string> = {
  csv: "For any spreadsheet, and to import again",
  xlsx: "With filters and a sheet on custom fields",
  json: "One document, values with their types",
  ndjson: "For programs that read line by line",
};

type Asked = { key: string; format: ExportFormat; fields: readonly string[]; leaveOut: LeftOutKind[] };
type Props = { workspace: string; of: ExportOf; onDone: () => void };

/** Format, fields and whom to leave out. A small export downloads at once; a larger one is followed on its page. */
export function ExportForm({ workspace, of, onDone }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked>(() => ({
    key: v7(),
    format: "csv",
    fields: fieldsByDefault,
    leaveOut: [],
  }));
  const { key, format, fields, leaveOut } = asked;
  // A second click asks for the same export; other choices are another one.
  const choose = (part: Partial<Asked>) => setAsked({ ...asked, ...part, key: v7() });
  const count = useQuery(trpc.exports.count.queryOptions({ of, leaveOut }));
  const link = useMutation(trpc.exports.link.mutationOptions());
  const create = useMutation(
    trpc.exports.create.mutationOptions({
      onSuccess: async ({ id, done }) => {
        await client.invalidateQueries(trpc.exports.list.pathFilter());
        if (done) {
          location.assign((await link.mutateAsync({ id })).path);
          toast.success("The file is downloading. It stays on the exports page for 7 days.");
        } else {
          toast.success("The export has begun. You hear when it is ready.");
          router.push(`/${workspace}/exports`);
        }
        router.refresh();
        onDone();
      },
    }),
  );
  const problem = create.error ?? link.error ?? count.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ key, of, format, fields: [...fields], leaveOut });
      }}
      className="space-y-5"
    >
      <RadioCards
        name="format"
        legend="Format"
        className="grid-cols-2"
        value={format}
        onChange={(value) => choose({ format: exportFormats.find((known) => known === value) ?? "csv" })}
        options={exportFormats.map((value) => ({
          value,
          label: exportFormatLabels[value],
          hint: hints[value],
        }))}
      />
      <FieldChoice chosen={fields} onChange={(names) => choose({ fields: names })} />
      <fieldset>
        <legend className="mb-1.5 font-medium">Leave out</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          {leftOutKinds.map((kind) => (
            <Checkbox
              key={kind}
              label={leftOutLabels[kind]}
              checked={leaveOut.includes(kind)}
              onChange={({ target }) =>
                choose({
                  leaveOut: target.checked ? [...leaveOut, kind] : leaveOut.filter((one) => one !== kind),
                })
              }
            />
          ))}
        </div>
      </fieldset>
      <FormError>{problem ? asProblem(problem)?.message : null}</FormError>
      <div className="sticky -bottom-5 -mx-5 -mb-5 border-t bg-raised px-5 pt-1 pb-4 sm:rounded-b-xl">
        <DialogFooter>
          <p className="mr-auto self-center text-muted tabular-nums" role="status">
            <Size data={count.data} failed={count.isError} fields={fields.length} />
          </p>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button
            type="submit"
            variant="primary"
            pending={create.isPending || link.isPending}
            disabled={fields.length === 0 || count.data?.count === 0}
          >
            Export
          </Button>
        </DialogFooter>
      </div>
    </form>
  );
}

type Counted = { count: number; more: boolean } | undefined;

/** What the file will hold, or why it cannot be made. */
function Size({ data, failed, fields }: { data: Counted; failed: boolean; fields: number }) {
  if (fields === 0) return "Choose at least one field.";
  if (failed) return "The contacts could not be counted.";
  if (!data) return "Counting…";
  if (data.count === 0) return "Nobody is left to export.";
  const contacts = `${data.count.toLocaleString("en")} ${data.count === 1 ? "contact" : "contacts"}`;
  return data.more ? `More than ${contacts}` : contacts;
}
