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

type Props = {
  template: { id: string; folderId: string | null; tags: string[] };
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** In which folder a template is, and under which tags. */
export function PlaceDialog({ template: { id, folderId, tags }, open, onOpenChange }: Props) {
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
      <DialogContent title="Folder and tags" size="sm">
        <form
          noValidate
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            const values = formValues(event.currentTarget, "folder", "tags");
            const names = values.tags.split(",").map((name) => name.trim());
            place.mutate({ id, folderId: values.folder || null, tags: names.filter(Boolean) });
          }}
        >
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
