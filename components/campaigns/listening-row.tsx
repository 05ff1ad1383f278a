import { Plus, Trash2, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "#components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import { TextLink } from "#components/ui/text-link";

export type ListeningKind = { label: string; hint: string; icon: LucideIcon };

type Props = {
  kind: ListeningKind;
  /** Of the fields, for screen readers. */
  title: string;
  removeLabel: string;
  disabled: boolean;
  onRemove: () => void;
  children: ReactNode;
};

/** One thing that a campaign listens to: a trigger or a goal, with its fields. */
export function ListeningRow({ kind, title, removeLabel, disabled, onRemove, children }: Props) {
  const Icon = kind.icon;
  return (
    <li className="py-4 first:pt-0 last:pb-0">
      <div className="mb-2.5 flex items-center gap-2">
        <Icon aria-hidden className="size-4 text-muted" />
        <h3 className="flex-1 font-medium">{kind.label}</h3>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={removeLabel}
          disabled={disabled}
          onClick={onRemove}
        >
          <Trash2 />
        </Button>
      </div>
      <fieldset disabled={disabled} aria-label={title}>
        {children}
      </fieldset>
    </li>
  );
}

type AddProps<Type extends string> = {
  label: string;
  types: readonly Type[];
  kinds: Record<Type, ListeningKind>;
  disabled: boolean;
  onAdd: (type: Type) => void;
};

/** Offers the kinds of things to listen to, each with a word about it. */
export function AddListening<Type extends string>({ label, types, kinds, disabled, onAdd }: AddProps<Type>) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button disabled={disabled}>
          <Plus /> {label}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-80">
        {types.map((type) => {
          const { label: name, hint, icon: Icon } = kinds[type];
          return (
            <DropdownMenuItem key={type} onSelect={() => onAdd(type)}>
              <Icon />
              <span>
                {name}
                <span className="block text-xs text-muted">{hint}</span>
              </span>
            </DropdownMenuItem>
          );
        })}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

/** Where the events come from that a trigger or a goal names. */
export function EventsNote({ workspace }: { workspace: string }) {
  return (
    <p className="mt-4 border-t pt-3 text-xs text-muted">
      Events come in over HTTP with a key of the workspace.{" "}
      <TextLink href={`/${workspace}/settings/api-keys`}>Keys, and how to send an event</TextLink>
    </p>
  );
}
