import Link from "next/link";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import type { RouterOutputs } from "#server/router";
import { countedMax, type DraftListInput, draftViews, viewNames } from "#server/drafts/schema";

type Props = { view: DraftListInput; counts: RouterOutputs["drafts"]["counts"] };

/** Which drafts are listed: the URL is the state. */
export function DraftFilter({ view, counts }: Props) {
  const { campaign, q } = view;
  return (
    <div className="mb-4 space-y-3">
      <nav aria-label="Drafts" className="-mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
        <ul className="flex min-w-max gap-5 border-b">
          {draftViews.map((each) => (
            <li key={each}>
              <Link
                href={{ query: { view: each, ...(campaign && { campaign }), ...(q && { q }) } }}
                aria-current={each === view.view ? "page" : undefined}
                className={cn(
                  "-mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent text-muted hover:text-ink",
                  each === view.view && "border-ink font-medium text-ink",
                )}
              >
                {viewNames[each]}
                <span className="text-xs text-faint tabular-nums">{shown(counts.views[each])}</span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {(counts.campaigns.length > 0 || campaign || q) && (
        <form method="get" role="search" aria-label="Drafts" className="flex flex-wrap items-center gap-2">
          <input type="hidden" name="view" value={view.view} />
          <SearchBox
            name="q"
            defaultValue={q ?? ""}
            placeholder="Start of an address"
            aria-label="Search drafts"
          />
          <Select
            name="campaign"
            defaultValue={campaign ?? ""}
            aria-label="Campaign"
            className="w-56 max-sm:w-full"
          >
            <option value="">Every campaign</option>
            {counts.campaigns.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
          <Button type="submit">Show</Button>
        </form>
      )}
    </div>
  );
}

/** Counting stops at a thousand. */
const shown = (count: number) => (count > countedMax ? `${countedMax.toLocaleString("en")}+` : count);
