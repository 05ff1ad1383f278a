"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { DateTime } from "#components/ui/date-time";
import { DefinitionList } from "#components/ui/definition-list";
import { Section } from "#components/ui/section";
import type { Domain } from "./domain-state.tsx";

/** Mail may be under way for so long, and its record is needed until it has arrived. */
const underWayMs = 7 * 24 * 3_600_000;

/** The key that signs, and how it is changed. */
export function DomainKey({
  domain,
  editable,
  timeZone,
}: {
  domain: Domain;
  editable: boolean;
  timeZone: string;
}) {
  const { id, selector, nextSelector, verifiedAt, previous } = domain;
  const items = [
    { term: "Signs with", value: verifiedAt ? `${selector}, RSA of 2048 bits` : "Nothing yet" },
    { term: "First found", value: <DateTime at={verifiedAt} timeZone={timeZone} empty="Not yet" /> },
  ];
  if (previous)
    items.push({
      term: "Before it",
      value: (
        <>
          <span className="wrap-anywhere">{previous.name}</span> can be removed from{" "}
          <DateTime at={new Date(previous.since.getTime() + underWayMs)} timeZone={timeZone} show="date" />,
          when the last mail signed with it has arrived.
        </>
      ),
    });
  return (
    <Section
      title="Key"
      description="Its private half is stored encrypted, and shown to nobody. Its record is looked for every day."
      footer={editable && (nextSelector === null ? <NewKey domain={domain} /> : <DiscardKey id={id} />)}
    >
      <DefinitionList items={items} />
    </Section>
  );
}

function NewKey({ domain: { id, domain, verifiedAt } }: { domain: Domain }) {
  const trpc = useTRPC();
  const router = useRouter();
  const rotate = useMutation(trpc.domains.rotate.mutationOptions());
  return (
    <ConfirmDialog
      trigger={<Button>New key</Button>}
      title={`A new key for ${domain}?`}
      confirm="Make a new key"
      onConfirm={async () => {
        await rotate.mutateAsync({ id });
        toast.success(
          verifiedAt ? "Set its record: it takes over when that is found." : "Set the new record.",
        );
        router.refresh();
      }}
    >
      {verifiedAt
        ? "It gets a record of its own. The key of today goes on signing until that record is found."
        : "The key of today has signed nothing yet. Its record is not needed any more."}
    </ConfirmDialog>
  );
}

function DiscardKey({ id }: { id: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const discard = useMutation(
    trpc.domains.discardNextKey.mutationOptions({
      onSuccess: () => router.refresh(),
      onError: (error) => void toast.error(error.message),
    }),
  );
  return (
    <Button pending={discard.isPending} onClick={() => discard.mutate({ id })}>
      Discard the new key
    </Button>
  );
}
