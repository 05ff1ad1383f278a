"use client";
import { useQuery } from "@tanstack/react-query";
import { Braces } from "lucide-react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { mergeFields } from "#server/mail/schema";

const groups = ["Contact", "Sender", "Campaign", "Links"] as const;

/** Puts `{{ field }}` where the caret was last. */
export function FieldMenu({ onPick, disabled }: { onPick: (text: string) => void; disabled: boolean }) {
  const trpc = useTRPC();
  const custom = useQuery(trpc.customFields.list.queryOptions());
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="sm" disabled={disabled}>
          <Braces /> Insert a field
        </Button>
      </DropdownMenuTrigger>
      {/* The caret goes back to where it was, not to the button. */}
      <DropdownMenuContent className="w-64" onCloseAutoFocus={(event) => event.preventDefault()}>
        {groups.map((group) => (
          <div key={group}>
            <DropdownMenuLabel>{group}</DropdownMenuLabel>
            {mergeFields
              .filter((field) => field.group === group)
              .map((field) => (
                <DropdownMenuItem key={field.path} onSelect={() => onPick(snippet(field.path))}>
                  <span className="min-w-0 flex-1 truncate">{field.label}</span>
                  <span className="text-xs text-muted">{field.path}</span>
                </DropdownMenuItem>
              ))}
          </div>
        ))}
        {custom.data && custom.data.length > 0 && <DropdownMenuLabel>Custom fields</DropdownMenuLabel>}
        {custom.data?.map((field) => (
          <DropdownMenuItem key={field.id} onSelect={() => onPick(snippet(`custom.${field.name}`))}>
            <span className="min-w-0 flex-1 truncate">{field.label}</span>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** Names get a fallback at once: an empty one reads badly in a greeting. */
const snippet = (path: string) =>
  path === "first_name" ? '{{ first_name | default: "there" }}' : `{{ ${path} }}`;
