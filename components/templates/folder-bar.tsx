import Link from "next/link";
import { cn } from "#components/ui/cn";
import type { RouterOutputs } from "#server/router";
import type { TemplateListInput } from "#server/templates/schema";
import { FolderMenu } from "./folder-menu.tsx";
import { NewFolder } from "./new-folder.tsx";

type Folder = RouterOutputs["templates"]["folders"][number];
type Props = { workspace: string; folders: Folder[]; view: TemplateListInput; editable: boolean };

/** Where templates are kept: every folder is a link, and the one shown can be renamed or deleted. */
export function FolderBar({ workspace, folders, view, editable }: Props) {
  const current = folders.find(({ id }) => id === view.folder);
  const base = `/${workspace}/templates`;
  return (
    <nav aria-label="Folders" className="mb-3 flex flex-wrap items-center gap-1.5">
      <Place href={base} chosen={!view.folder && !view.archived}>
        All
      </Place>
      {folders.map(({ id, name, templates }) => (
        <Place key={id} href={`${base}?folder=${id}`} chosen={id === view.folder}>
          {name} <span className="text-xs text-muted tabular-nums">{templates}</span>
        </Place>
      ))}
      <Place href={`${base}?archived=yes`} chosen={view.archived === "yes"}>
        Archived
      </Place>
      {editable && current && <FolderMenu key={current.id} workspace={workspace} folder={current} />}
      {editable && <NewFolder workspace={workspace} />}
    </nav>
  );
}

type PlaceProps = { href: string; chosen: boolean; children: React.ReactNode };

function Place({ href, chosen, children }: PlaceProps) {
  return (
    <Link
      href={href}
      aria-current={chosen ? "page" : undefined}
      className={cn(
        "inline-flex h-7 max-w-56 items-center gap-1.5 truncate rounded-md border px-2.5 text-muted hover:bg-hover hover:text-ink max-sm:h-9",
        chosen && "bg-selected font-medium text-ink",
      )}
    >
      {children}
    </Link>
  );
}
