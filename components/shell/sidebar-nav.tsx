"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "#components/ui/cn";
import { Tooltip } from "#components/ui/tooltip";
import { places, type Place } from "./places.tsx";

type Props = { slug: string; compact?: boolean; onNavigate?: () => void };

export function SidebarNav({ slug, compact = false, onNavigate }: Props) {
  const path = usePathname();
  return (
    <nav aria-label="Main" className="w-full flex-1 overflow-y-auto px-2.5 pb-4">
      {places.map((group, index) => (
        <div key={group.heading ?? index} className="mt-1">
          {group.heading && !compact && (
            <h2 className="px-2 pt-3 pb-1 text-xs font-medium tracking-normal text-faint">{group.heading}</h2>
          )}
          {compact && index > 0 && <hr className="mx-1 my-2" />}
          <ul className="space-y-px">
            {group.places.map((place) => (
              <li key={place.path}>
                <NavLink
                  place={place}
                  href={`/${slug}${place.path}`}
                  current={place.path === "" ? path === `/${slug}` : isWithin(path, `/${slug}${place.path}`)}
                  compact={compact}
                  onNavigate={onNavigate}
                />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

const isWithin = (path: string, href: string) => path === href || path.startsWith(`${href}/`);

type LinkProps = { place: Place; href: string; current: boolean; compact: boolean; onNavigate?: () => void };

function NavLink({ place: { label, icon: Icon }, href, current, compact, onNavigate }: LinkProps) {
  const link = (
    <Link
      href={href}
      onClick={onNavigate}
      aria-current={current ? "page" : undefined}
      aria-label={compact ? label : undefined}
      className={cn(
        "group flex h-8 items-center gap-2.5 rounded-md px-2 text-muted transition-colors hover:bg-hover hover:text-ink max-md:h-10",
        current && "bg-selected font-medium text-ink hover:bg-selected",
        compact && "justify-center",
      )}
    >
      <Icon
        aria-hidden
        className={cn("size-4 shrink-0", current ? "text-ink" : "text-faint group-hover:text-muted")}
      />
      {!compact && label}
    </Link>
  );
  if (!compact) return link;
  return (
    <Tooltip content={label} side="right">
      {link}
    </Tooltip>
  );
}
