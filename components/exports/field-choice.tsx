"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/checkbox";
import { FormError } from "#components/ui/form-error";
import { allCustomFields, fieldGroups, fieldsByDefault } from "#server/exports/schema";

type Props = { chosen: readonly string[]; onChange: (fields: readonly string[]) => void };
type Choice = { name: string; label: string };
type ChoiceGroup = { label: string; hint?: string; fields: readonly Choice[] };

/** Which columns the file has. Their order in the file is the one shown here. */
export function FieldChoice({ chosen, onChange }: Props) {
  const trpc = useTRPC();
  const custom = useQuery(trpc.customFields.list.queryOptions());
  const customChoices = (custom.data ?? []).map(({ name, label }) => ({ name: `custom.${name}`, label }));
  const [contact, ...others] = fieldGroups satisfies readonly ChoiceGroup[];
  const groups: ChoiceGroup[] = [contact, { label: "Custom fields", fields: customChoices }, ...others];
  const order = groups.flatMap(({ fields }) => fields.map(({ name }) => name));
  const all = customChoices.map(({ name }) => name);
  const ticked = new Set(chosen.flatMap((name) => (name === allCustomFields ? all : [name])));

  /** All custom fields together are asked for as such, so that one made meanwhile is in the file too. */
  const set = (names: Set<string>) => {
    const ordered = order.filter((name) => names.has(name));
    const whole = all.length === 0 || all.every((name) => names.has(name));
    if (!whole) return onChange(ordered);
    const at = Math.max(
      0,
      ordered.findIndex((name) => !contact.fields.some((field) => field.name === name)),
    );
    const rest = ordered.filter((name) => !all.includes(name));
    onChange([...rest.slice(0, at), allCustomFields, ...rest.slice(at)]);
  };
  const presets: [string, readonly string[]][] = [
    ["Usual", fieldsByDefault],
    ["Everything", [...order.filter((name) => !all.includes(name)), allCustomFields]],
    ["Email only", ["email"]],
  ];
  return (
    <fieldset>
      <legend className="mb-1.5 flex w-full flex-wrap items-center gap-x-1 gap-y-1.5">
        <span className="mr-auto font-medium">
          Fields <span className="font-normal text-muted tabular-nums">{ticked.size} chosen</span>
        </span>
        {presets.map(([label, names]) => (
          <Button key={label} variant="ghost" size="sm" onClick={() => onChange(names)}>
            {label}
          </Button>
        ))}
      </legend>
      <FormError>
        {custom.error && "The custom fields could not be looked up. Close this window and open it again."}
      </FormError>
      <div
        className="max-h-72 space-y-4 overflow-y-auto rounded-lg border p-3"
        tabIndex={0}
        role="group"
        aria-label="Fields"
      >
        {groups.map(({ label, hint, fields }) => (
          <div key={label} role="group" aria-label={label}>
            <p className="mb-1.5 text-xs font-medium text-muted">
              {label}
              {hint && <span className="font-normal"> · {hint}</span>}
            </p>
            {fields.length === 0 && (
              <p className="text-xs text-muted">
                {custom.isPending ? "Loading…" : "None in this workspace."}
              </p>
            )}
            <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-2 md:grid-cols-3">
              {fields.map(({ name, label: text }) => (
                <Checkbox
                  key={name}
                  label={text}
                  checked={ticked.has(name)}
                  onChange={({ target }) => {
                    const next = new Set(ticked);
                    if (target.checked) next.add(name);
                    else next.delete(name);
                    set(next);
                  }}
                />
              ))}
            </div>
          </div>
        ))}
      </div>
    </fieldset>
  );
}
