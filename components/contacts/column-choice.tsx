"use client";
import { useMutation } from "@tanstack/react-query";
import { Columns3 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover";
import type { RouterOutputs } from "#server/router";
import { columnChoices } from "./columns.tsx";

type Props = { columns: string[]; customFields: RouterOutputs["customFields"]["list"] };

/** Which columns the list shows; remembered for this person. */
export function ColumnChoice({ columns, customFields }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [chosen, setChosen] = useState(columns);
  const save = useMutation(
    trpc.contacts.chooseColumns.mutationOptions({
      onSuccess: () => router.refresh(),
      onError: (error) => toast.error(asProblem(error)?.message),
    }),
  );
  const change = (key: string, on: boolean) => {
    const next = on ? [...chosen, key] : chosen.filter((one) => one !== key);
    setChosen(next);
    save.mutate({ columns: next });
  };
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button variant="ghost" size="icon" aria-label="Columns" title="Columns">
          <Columns3 />
        </Button>
      </PopoverTrigger>
      <PopoverContent
        align="end"
        className="max-h-96 w-56 space-y-2 overflow-y-auto p-3"
        aria-label="Columns"
      >
        {columnChoices(customFields).map(({ key, label }) => (
          <Checkbox
            key={key}
            label={label}
            checked={chosen.includes(key)}
            onChange={(event) => change(key, event.target.checked)}
          />
        ))}
      </PopoverContent>
    </Popover>
  );
}
