"use client";
import { Plus, X } from "lucide-react";
import { Badge } from "#components/ui/badge";
import { useNames } from "#components/segments/use-names";
import { Button } from "#components/ui/button";
import { Combobox } from "#components/ui/combobox";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { RouterOutputs } from "#server/router";

type Choice = RouterOutputs["campaigns"]["audienceChoices"][number];
type Props = {
  name: "Include" | "Exclude";
  ids: string[];
  choices: Choice[];
  disabled: boolean;
  onChange: (ids: string[]) => void;
};

/** Lists and segments, chosen one after the other. */
export function AudiencePicker({ name, ids, choices, disabled, onChange }: Props) {
  const held = choices.map((choice) => ({ value: choice.id, label: choice.name, hint: choice.kind }));
  const { options, more, search, labelOf } = useNames({ kind: "audience", held, chosen: ids });
  const left = choices.filter((choice) => !ids.includes(choice.id));
  return (
    <div className="space-y-2">
      <ul aria-label={`${name}d`} className="flex flex-wrap gap-2">
        {ids.map((id) => {
          const choice = choices.find((each) => each.id === id);
          const label = labelOf(id) ?? "A list or segment that is gone";
          return (
            <li
              key={id}
              className="flex h-8 max-w-full items-center gap-1.5 rounded-md border border-line-strong bg-surface pr-0.5 pl-2.5"
            >
              <span className="truncate">{label}</span>
              {choice && <Badge>{choice.kind}</Badge>}
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={`Remove ${label}`}
                disabled={disabled}
                onClick={() => onChange(ids.filter((each) => each !== id))}
              >
                <X />
              </Button>
            </li>
          );
        })}
      </ul>
      {more ? (
        <Combobox
          aria-label={`${name} a list or segment`}
          className="w-72 max-w-full"
          value=""
          placeholder={`${name} a list or segment…`}
          {...search}
          options={options.filter(({ value }) => !ids.includes(value))}
          onChange={(id) => !disabled && onChange([...ids, id])}
        />
      ) : (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button disabled={disabled || left.length === 0}>
              <Plus /> {name} a list or segment
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="start" className="w-72">
            {(["list", "segment"] as const).map((kind) => {
              const some = left.filter((choice) => choice.kind === kind);
              if (some.length === 0) return null;
              return (
                <div key={kind}>
                  <DropdownMenuLabel>{kind === "list" ? "Lists" : "Segments"}</DropdownMenuLabel>
                  {some.map((choice) => (
                    <DropdownMenuItem key={choice.id} onSelect={() => onChange([...ids, choice.id])}>
                      <span className="truncate">{choice.name}</span>
                    </DropdownMenuItem>
                  ))}
                </div>
              );
            })}
          </DropdownMenuContent>
        </DropdownMenu>
      )}
    </div>
  );
}
