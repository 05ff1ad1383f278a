"use client";
import { useState } from "react";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import type { ContactListInput, RefusedParts } from "#server/contacts/schema";
import type { RouterOutputs } from "#server/router";
import { wrongBy } from "./refused-filters.tsx";

type Props = {
  view: ContactListInput;
  refused: RefusedParts;
  customFields: RouterOutputs["customFields"]["list"];
};

/** One custom field and the value it is to hold; others that the URL names stay. */
export function CustomFieldFilter({ view, refused, customFields }: Props) {
  const given = Object.entries(view.custom ?? {});
  const wrong = customFields.find((each) => refused[`custom.${each.name}`])?.name;
  const [name, setName] = useState(wrong ?? given[0]?.[0] ?? "");
  const field = customFields.find((each) => each.name === name);
  const value = view.custom?.[name] ?? refused[`custom.${name}`]?.typed ?? "";
  const control = { name: `custom.${name}`, defaultValue: value, ...wrongBy(refused, `custom.${name}`) };
  return (
    <div className="space-y-1 sm:col-span-2">
      <span aria-hidden className="text-xs text-muted">
        Custom field
      </span>
      <span className="grid grid-cols-2 gap-1.5">
        <Select aria-label="Custom field" value={name} onChange={(event) => setName(event.target.value)}>
          <option value="">Any</option>
          {customFields.map((each) => (
            <option key={each.id} value={each.name}>
              {each.label}
            </option>
          ))}
        </Select>
        {field?.type === "select" || field?.type === "multi_select" ? (
          <Select key={name} {...control} aria-label={field.label}>
            <option value="">Any</option>
            {field.options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </Select>
        ) : field?.type === "boolean" ? (
          <Select key={name} {...control} aria-label={field.label}>
            <option value="">Any</option>
            <option value="yes">Yes</option>
            <option value="no">No</option>
          </Select>
        ) : (
          <Input
            key={name}
            {...(field && control)}
            aria-label={field?.label ?? "Value"}
            disabled={!field}
            placeholder={hints[field?.type ?? "text"]}
          />
        )}
      </span>
      {given
        .filter(([other]) => other !== name)
        .map(([other, kept]) => (
          <input key={other} type="hidden" name={`custom.${other}`} value={kept} />
        ))}
    </div>
  );
}

const hints: Record<string, string> = {
  text: "Is exactly",
  number: "5, or 5..10",
  date: "2026-01-31, or from..to",
};
