"use client";
import { useMutation } from "@tanstack/react-query";
import { Bookmark } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { NameDialog } from "./name-dialog.tsx";

type Props = { id: string; number: number; label: string | null };

/** Gives a version a name, so that it is found again among many saves. */
export function NameVersion({ id, number, label }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const save = useMutation(trpc.templates.nameVersion.mutationOptions());
  return (
    <NameDialog
      key={number}
      title={`Name version ${number}`}
      description="Leave it empty to take the name away."
      confirm="Save"
      value={label ?? ""}
      trigger={
        <Button>
          <Bookmark /> {label ? "Rename" : "Name it"}
        </Button>
      }
      onSubmit={async (name) => {
        await save.mutateAsync({ id, number, label: name });
        router.refresh();
      }}
    />
  );
}
