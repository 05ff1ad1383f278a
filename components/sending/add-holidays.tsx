"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Combobox } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { AddWindow } from "./add-window.tsx";
import { scopeOf } from "./campaign-scope.tsx";

/** The button that opens the window in which a country's public holidays are added. */
export function AddHolidays() {
  const trpc = useTRPC();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [country, setCountry] = useState("");
  const [region, setRegion] = useState("");
  const countries = useQuery({ ...trpc.holidayCalendars.countries.queryOptions(), enabled: open });
  const regions = useQuery({
    ...trpc.holidayCalendars.regions.queryOptions({ country }),
    enabled: country !== "",
  });
  const add = useMutation(
    trpc.holidayCalendars.add.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        toast.success("Nothing is sent on these holidays.");
        router.refresh();
      },
    }),
  );
  const problem = asProblem(add.error);
  const options = (places: { code: string; name: string }[] = []) =>
    places.map(({ code, name }) => ({ value: code, label: name }));
  return (
    <AddWindow
      label="Add holidays"
      icon={<CalendarPlus />}
      title="Public holidays"
      description="Of this year and the next two; later ones follow by themselves. Single days can be taken out afterwards."
      open={open}
      onOpenChange={(next) => {
        add.reset();
        setCountry("");
        setRegion("");
        setOpen(next);
      }}
      pending={add.isPending}
      problem={problem}
      onSubmit={(form) => add.mutate({ country, region, onlyFor: scopeOf(form) })}
    >
      <Field name="country" label="Country" error={problem?.fields.country}>
        {(control) => (
          <Combobox
            {...control}
            options={options(countries.data)}
            value={country}
            placeholder="Choose a country"
            empty={countries.data ? "Nothing found." : "One moment…"}
            onChange={(code) => {
              setCountry(code);
              setRegion("");
            }}
            className="w-full"
          />
        )}
      </Field>
      {(regions.data?.length ?? 0) > 0 && (
        <Field name="region" label="Region" aside="Optional" error={problem?.fields.region}>
          {(control) => (
            <Combobox
              {...control}
              options={[{ value: "", label: "The whole country" }, ...options(regions.data)]}
              value={region}
              onChange={setRegion}
              className="w-full"
            />
          )}
        </Field>
      )}
    </AddWindow>
  );
}
