"use client";
import { useQuery } from "@tanstack/react-query";
import { Braces } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { mergeFields } from "#server/mail/schema";

const groups = ["Contact", "Sender", "Campaign", "Links"] as const;

/** What becomes of a mail where the field is empty: a gap, other words, or the mail waits until somebody fills it in. */
const policies = { gap: "Leave a gap", words: "Say something else", hold: "Hold the mail back" } as const;
type Policy = keyof typeof policies;

/** Puts `{{ field }}` where the caret was last. */
export function FieldMenu({ onPick, disabled }: { onPick: (text: string) => void; disabled: boolean }) {
  const trpc = useTRPC();
  const custom = useQuery(trpc.customFields.list.queryOptions());
  const variables = useQuery(trpc.templateVariables.list.queryOptions());
  const [policy, setPolicy] = useState<Policy>("gap");
  const pick = (path: string) => onPick(snippet(path, policy));
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" disabled={disabled}>
          <Braces /> Insert a field
        </Button>
      </DropdownMenuTrigger>
      {/* The caret goes back to where it was, not to the button. */}
      <DropdownMenuContent className="w-64" onCloseAutoFocus={(event) => event.preventDefault()}>
        <DropdownMenuLabel>Where it is empty</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={policy} onValueChange={(value) => setPolicy(value as Policy)}>
          {Object.entries(policies).map(([value, label]) => (
            <DropdownMenuRadioItem key={value} value={value} onSelect={(event) => event.preventDefault()}>
              {label}
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        {groups.map((group) => (
          <div key={group}>
            <DropdownMenuLabel>{group}</DropdownMenuLabel>
            {mergeFields
              .filter((field) => field.group === group)
              .map((field) => (
                <DropdownMenuItem key={field.path} onSelect={() => pick(field.path)}>
                  <span className="min-w-0 flex-1 truncate">{field.label}</span>
                  <span className="text-xs text-muted">{field.path}</span>
                </DropdownMenuItem>
              ))}
          </div>
        ))}
        {custom.data && custom.data.length > 0 && <DropdownMenuLabel>Custom fields</DropdownMenuLabel>}
        {custom.data?.map((field) => (
          <DropdownMenuItem key={field.id} onSelect={() => pick(`custom.${field.name}`)}>
            <span className="min-w-0 flex-1 truncate">{field.label}</span>
          </DropdownMenuItem>
        ))}
        {variables.data && variables.data.length > 0 && <DropdownMenuLabel>Variables</DropdownMenuLabel>}
        {variables.data?.map(({ id, key, value }) => (
          <DropdownMenuItem key={id} onSelect={() => pick(key)}>
            <span className="min-w-0 flex-1 truncate">{key}</span>
            <span className="max-w-28 truncate text-xs text-muted">{value}</span>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** Names get a fallback at once: an empty one reads badly in a greeting. */
function snippet(path: string, policy: Policy): string {
  if (policy === "hold") return `{{ ${path} | required }}`;
  if (path === "first_name" || policy === "words") return `{{ ${path} | default: "there" }}`;
  return `{{ ${path} }}`;
}
