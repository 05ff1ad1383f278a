import { Button } from "#components/ui/button";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import { campaignFilters, type CampaignListInput } from "#server/campaigns/schema";

/** The URL is the state: a plain GET form, which also works before the script has loaded. */
export function CampaignFilter({ view }: { view: CampaignListInput }) {
  return (
    <form method="get" role="search" aria-label="Campaigns" className="mb-3 flex flex-wrap gap-2">
      <SearchBox
        name="q"
        defaultValue={view.q}
        aria-label="Search campaigns by name"
        placeholder="Search by name"
      />
      <Select name="status" defaultValue={view.status ?? ""} aria-label="Status" className="w-40">
        <option value="">Any status</option>
        {campaignFilters
          .filter((status) => status !== "scheduled")
          .map((status) => (
            <option key={status} value={status}>
              {status.charAt(0).toUpperCase() + status.slice(1)}
            </option>
          ))}
      </Select>
      <Button type="submit">Filter</Button>
    </form>
  );
}
