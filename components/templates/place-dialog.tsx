"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Dialog, DialogClose, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { Select } from "#components/ui/select";
import { SubmitButton } from "#components/ui/submit-button";
import type { RouterOutputs } from "#server/router";
import { templateCategories } from "#server/templates/schema";

export type Placed = Pick<RouterOutputs["templates"]["byId"], "id" | "category" | "folderId" | "tags">;
type Props = {
  template: Placed;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** What a template is for, in which folder it is, and under which tags. */
export function PlaceDialog({ template: { id, category, folderId, tags }, open, onOpenChange }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const folders = useQuery(trpc.templates.folders.queryOptions(undefined, { enabled: open }));
  const place = useMutation(
    trpc.templates.place.mutationOptions({
      onSuccess: () => {
        onOpenChange(false);
        router.refresh();
      },
    }),
  );
  const problem = asProblem(place.error);
  const tagProblem = Object.entries(problem?.fields ?? {}).find(([name]) => name.startsWith("tags"))?.[1];
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title="Category, folder and tags" size="sm">
        <form
          noValidate
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            const values = formValues(event.currentTarget, "category", "folder", "tags");
            const names = values.tags.split(",").map((name) => name.trim());
            place.mutate({
              ...{ id, folderId: values.folder || null, tags: names.filter(Boolean) },
              category: templateCategories.find((each) => each === values.category) ?? null,
            });
          }}
        >
          <Field name="category" label="Category">
            {(control) => (
              <Select {...control} defaultValue={category ?? ""}>
                <option value="">None</option>
                {templateCategories.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </Select>
            )}
          </Field>
          <Field name="folder" label="Folder">
            {(control) => (
              <Select key={folders.data?.length} {...control} defaultValue={folderId ?? ""}>
                <option value="">None</option>
                {folders.data?.map((folder) => (
                  <option key={folder.id} value={folder.id}>
                    {folder.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            name="tags"
            label="Tags"
            hint="Parted by commas."
            defaultValue={tags.join(", ")}
            autoComplete="off"
            error={tagProblem}
          />
          <FormError>{problem && !tagProblem ? problem.message : null}</FormError>
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <SubmitButton pending={place.isPending} disabled={folders.isPending}>
              Save
            </SubmitButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
