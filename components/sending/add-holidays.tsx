"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Combobox } from "#components/ui/combobox";
import { Dialog, DialogContent, DialogFooter } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { SubmitButton } from "#components/ui/submit-button";
import { CampaignScope, scopeOf } from "./campaign-scope.tsx";

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
    <>
      <Button
        onClick={() => {
          add.reset();
          setCountry("");
          setRegion("");
          setOpen(true);
        }}
      >
        <CalendarPlus /> Add holidays
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent
          title="Public holidays"
          description="Of this year and the next two; later ones follow by themselves. Single days can be taken out afterwards."
          size="sm"
        >
          <form
            noValidate
            className="space-y-4"
            onSubmit={(event) => {
              event.preventDefault();
              add.mutate({ country, region, onlyFor: scopeOf(event.currentTarget) });
            }}
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
            <CampaignScope error={problem?.fields.onlyFor} />
            <FormError>
              {problem && Object.keys(problem.fields).length === 0 ? problem.message : null}
            </FormError>
            <DialogFooter>
              <Button type="button" onClick={() => setOpen(false)}>
                Cancel
              </Button>
              <SubmitButton pending={add.isPending}>Add holidays</SubmitButton>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </>
  );
}
