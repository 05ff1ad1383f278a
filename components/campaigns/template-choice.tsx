"use client";
import { useMutation } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { RouterOutputs } from "#server/router";

type Template = RouterOutputs["campaignTemplates"]["list"][number];
type Props = { templates: Template[]; chosen: Template | undefined; onChoose: (id: string) => void };

const kinds = {
  broadcast: "Broadcast",
  drip: "Drip",
  triggered: "Triggered",
  ab_test: "A/B test",
} as const;

/** A campaign begins from scratch, or as one of the workspace's templates is built. */
export function TemplateChoice({ templates, chosen, onChoose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const remove = useMutation(trpc.campaignTemplates.remove.mutationOptions());
  return (
    <div className="flex items-end gap-2">
      <Field
        name="template"
        label="Start from"
        className="flex-1"
        hint={
          chosen
            ? `${kinds[chosen.type]}, ${chosen.steps === 1 ? "1 step" : `${chosen.steps} steps`}. Audience and sender are yours to choose.`
            : undefined
        }
      >
        {(control) => (
          <Select {...control} value={chosen?.id ?? ""} onChange={(event) => onChoose(event.target.value)}>
            <option value="">Scratch</option>
            {templates.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {chosen && (
        <ConfirmDialog
          trigger={
            <Button
              variant="ghost"
              size="icon"
              className="mb-5.5"
              aria-label={`Delete the template ${chosen.name}`}
            >
              <Trash2 />
            </Button>
          }
          title={`Delete the template “${chosen.name}”?`}
          confirm="Delete template"
          danger
          onConfirm={async () => {
            try {
              await remove.mutateAsync({ id: chosen.id });
            } catch (error) {
              throw new Error(asProblem(error)?.message, { cause: error });
            }
            onChoose("");
            toast.success(`“${chosen.name}” is deleted.`);
            router.refresh();
          }}
        >
          Campaigns that were made from it stay as they are.
        </ConfirmDialog>
      )}
    </div>
  );
}
