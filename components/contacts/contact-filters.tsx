import Link from "next/link";
import type { RouterOutputs } from "#server/router";
import type { ContactListInput } from "#server/contacts/schema";
import { contactStatuses } from "#server/segments/schema";
import { Button } from "#components/ui/button";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";

type Props = {
  workspace: string;
  view: ContactListInput;
  choices: RouterOutputs["segments"]["choices"];
  tags: RouterOutputs["tags"]["list"];
};

/** Search and filters as a plain form: the URL holds them, and a change starts at the first page again. */
export function ContactFilters({ workspace, view, choices, tags }: Props) {
  const filtered = Boolean(view.q || view.status || view.tag || view.list);
  return (
    <form method="get" role="search" aria-label="Contacts" className="mb-4 flex flex-wrap items-center gap-2">
      <SearchBox
        name="q"
        defaultValue={view.q ?? ""}
        placeholder="Name, email or company"
        aria-label="Search contacts"
      />
      <Select
        name="status"
        defaultValue={view.status ?? ""}
        aria-label="Status"
        className="w-36 max-sm:w-full"
      >
        <option value="">Any status</option>
        {contactStatuses.map((status) => (
          <option key={status} value={status}>
            {status[0]?.toUpperCase() + status.slice(1)}
          </option>
        ))}
      </Select>
      {tags.length > 0 && (
        <Select name="tag" defaultValue={view.tag ?? ""} aria-label="Tag" className="w-36 max-sm:w-full">
          <option value="">Any tag</option>
          {tags.map((tag) => (
            <option key={tag.id} value={tag.name}>
              {tag.name}
            </option>
          ))}
        </Select>
      )}
      {choices.length > 0 && (
        <Select
          name="list"
          defaultValue={view.list ?? ""}
          aria-label="List or segment"
          className="w-44 max-sm:w-full"
        >
          <option value="">Any list or segment</option>
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.name}
              {choice.kind === "segment" ? " (segment)" : ""}
            </option>
          ))}
        </Select>
      )}
      <Button type="submit">Apply</Button>
      {filtered && (
        <Link
          href={`/${workspace}/contacts`}
          className="px-1 text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          Clear
        </Link>
      )}
    </form>
  );
}
