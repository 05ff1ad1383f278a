"use client";
import type { ReactNode } from "react";
import { Combobox } from "#components/ui/combobox";
import { Field } from "#components/ui/field";

const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => ({
  value: zone,
  label: zone.replaceAll("_", " "),
}));

type Props = { name?: string; label?: string; defaultValue: string; hint?: ReactNode; error?: ReactNode };

/** A time zone, searched by the name of its city. */
export function TimezoneField({ name = "timezone", label = "Time zone", defaultValue, hint, error }: Props) {
  const known = zones.some(({ value }) => value === defaultValue);
  const options = known ? zones : [{ value: defaultValue, label: defaultValue }, ...zones];
  return (
    <Field name={name} label={label} hint={hint} error={error}>
      {(control) => (
        <Combobox {...control} options={options} defaultValue={defaultValue} empty="No such zone." />
      )}
    </Field>
  );
}
