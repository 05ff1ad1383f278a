"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import type { Test } from "./test-list.tsx";
import { durationWords } from "./test-words.tsx";

/** What a person can do about a test that runs. */
export function TestActions({ test }: { test: Test }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const pick = useMutation(trpc.abTests.pick.mutationOptions());
  const extend = useMutation(trpc.abTests.extend.mutationOptions());
  const stop = useMutation(trpc.abTests.stop.mutationOptions());
  const [best] = test.now.toSorted((a, b) => b.rate - a.rate);
  const [chosen, setChosen] = useState<string | null>(null);
  const variantId = chosen ?? best?.id ?? "";
  const done = async (said: string) => {
    toast.success(said);
    await queries.invalidateQueries({ queryKey: trpc.abTests.pathKey() });
    router.refresh();
  };
  const { id } = test;
  return (
    <div className="flex flex-wrap gap-2">
      <ConfirmDialog
        trigger={
          <Button size="sm" variant="primary">
            Pick the winner
          </Button>
        }
        title="Which variant goes to everybody else?"
        confirm="Send it to the others"
        onConfirm={async () => {
          await pick.mutateAsync({ id, variantId });
          await done("Everybody else gets the winner.");
        }}
      >
        <p className="mb-3">
          The test ends now, whatever its numbers say. Whoever has not been sent a variant yet gets this one.
        </p>
        <Field name="variantId" label="Variant">
          {(control) => (
            <Select {...control} value={variantId} onChange={({ target }) => setChosen(target.value)}>
              {test.now.map((variant) => (
                <option key={variant.id} value={variant.id}>
                  Variant {variant.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </ConfirmDialog>
      {test.status === "running" && test.endsAt !== null && (
        <ConfirmDialog
          trigger={<Button size="sm">Extend</Button>}
          title={`Give it ${durationWords(test.durationMinutes)} more?`}
          confirm="Extend"
          onConfirm={async () => {
            await extend.mutateAsync({ id });
            await done("Extended.");
          }}
        >
          It is decided then at the latest: a test can be extended once.
        </ConfirmDialog>
      )}
      <ConfirmDialog
        danger
        trigger={<Button size="sm">Stop the test</Button>}
        title="Stop this test?"
        confirm="Stop the test"
        onConfirm={async () => {
          await stop.mutateAsync({ id });
          await done("Stopped: variant A goes to everybody else.");
        }}
      >
        It ends without a winner. Everybody who waits gets variant A, the email as it is.
      </ConfirmDialog>
    </div>
  );
}
