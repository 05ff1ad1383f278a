"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";

type Props = { contactId: string; until: Date; timeZone: string; editable: boolean };

/** Until when no campaign writes to the contact, and the way to end that. */
export function SnoozeNote({ contactId, until, timeZone, editable }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const end = useMutation(
    trpc.contacts.endSnooze.mutationOptions({
      onSuccess: () => toast.success("Campaigns may write to them again"),
      onError: (error) => toast.error(asProblem(error)?.message ?? "That could not be saved."),
      onSettled: () => router.refresh(),
    }),
  );
  return (
    <Callout kind="info" className="mb-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p>
          No campaign writes to this contact before <DateTime at={until} timeZone={timeZone} />. What waits
          for it leaves then.
        </p>
        {editable && (
          <Button size="sm" pending={end.isPending} onClick={() => end.mutate({ id: contactId })}>
            Write again now
          </Button>
        )}
      </div>
    </Callout>
  );
}
