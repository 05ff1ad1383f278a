"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Select } from "#components/ui/select";

type Props = { contact: { id: string; ownerId: string | null; owner: string | null } };

/** Who looks after the contact, chosen where it stands. */
export function OwnerChoice({ contact }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const members = useQuery(trpc.members.list.queryOptions());
  const choose = useMutation(
    trpc.contacts.chooseOwner.mutationOptions({
      onError: (error) => toast.error(asProblem(error)?.message ?? "The owner could not be saved."),
      onSettled: () => router.refresh(),
    }),
  );
  const shown = choose.isPending ? (choose.variables.userId ?? "") : (contact.ownerId ?? "");
  const known = shown === "" || members.data?.some(({ userId }) => userId === shown);
  return (
    <Select
      aria-label="Owner"
      value={shown}
      disabled={choose.isPending || !members.data}
      onChange={({ target }) => choose.mutate({ id: contact.id, userId: target.value || null })}
    >
      <option value="">Nobody</option>
      {members.data?.map(({ userId, name, email }) => (
        <option key={userId} value={userId}>
          {name || email}
        </option>
      ))}
      {!known && (
        <option value={shown}>
          {contact.owner ?? "Somebody"}
          {members.data ? " (no member any more)" : ""}
        </option>
      )}
    </Select>
  );
}
