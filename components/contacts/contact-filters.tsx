import Link from "next/link";
import type { RouterOutputs } from "#server/router";
import { type ContactListInput, filterOf } from "#server/contacts/schema";
import { contactStatuses, lifecycleStages } from "#server/segments/schema";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Input } from "#components/ui/input";
import { NameSelect } from "#components/segments/name-select";
import { SearchBox } from "#components/ui/search-box";
import { Select } from "#components/ui/select";
import { ColumnChoice } from "./column-choice.tsx";
import { words } from "./columns.tsx";
import { CustomFieldFilter } from "./custom-field-filter.tsx";

type Props = {
  workspace: string;
  view: ContactListInput;
  choices: RouterOutputs["segments"]["choices"];
  tags: RouterOutputs["tags"]["list"];
  customFields: RouterOutputs["customFields"]["list"];
  columns: string[];
};

const simple = ["q", "status", "tag", "list"];

/** Search and filters as a plain form: the URL holds them, and a change starts at the first page again. */
export function ContactFilters({ workspace, view, choices, tags, customFields, columns }: Props) {
  const used = Object.entries(filterOf(view)).filter(([, value]) => value !== undefined);
  const further = used.filter(([name]) => !simple.includes(name)).length;
  return (
    <form method="get" role="search" aria-label="Contacts" className="group/filters mb-4 space-y-2">
      {view.sort !== "newest" && <input type="hidden" name="sort" value={view.sort} />}
      {view.order && <input type="hidden" name="order" value={view.order} />}
      <div className="flex flex-wrap items-center gap-2">
        <SearchBox
          name="q"
          defaultValue={view.q ?? ""}
          placeholder="Name, email or company"
          aria-label="Search contacts"
        />
        {/* On a phone these are among the further filters; what is chosen holds either way. */}
        <div className="contents max-sm:hidden max-sm:group-has-[details[open]]/filters:contents">
          <Choice
            name="status"
            label="Status"
            none="Any status"
            value={view.status?.[0]}
            options={contactStatuses}
          />
          {tags.length > 0 && (
            <NameSelect
              kind="tag"
              name="tag"
              aria-label="Tag"
              none="Any tag"
              held={tags.map(({ name }) => ({ value: name, label: name }))}
              defaultValue={view.tag?.[0] ?? ""}
              className="w-36 max-sm:w-full"
            />
          )}
          {choices.length > 0 && (
            <NameSelect
              kind="audience"
              name="list"
              aria-label="List or segment"
              none="Any list or segment"
              held={choices.map(({ id, name, kind }) => ({ value: id, label: `${name} (${kind})` }))}
              defaultValue={view.list ?? ""}
              className="w-44 max-sm:w-full"
            />
          )}
        </div>
        <Button type="submit">Filter</Button>
        {used.length > 0 && (
          <Link href={`/${workspace}/contacts`} className="px-1 text-sm text-muted hover:text-ink">
            Clear
          </Link>
        )}
        <span className="flex-1 max-sm:hidden" />
        <ColumnChoice columns={columns} customFields={customFields} />
      </div>
      <details open={further > 0} className="group rounded-lg border px-3 py-2 open:pb-3">
        <summary className="cursor-pointer text-sm text-muted select-none hover:text-ink">
          More filters {further > 0 && <Badge>{further}</Badge>}
        </summary>
        <MoreFilters view={view} customFields={customFields} />
      </details>
    </form>
  );
}

function MoreFilters({ view, customFields }: Pick<Props, "view" | "customFields">) {
  return (
    <div className="mt-3 grid gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-4">
      <Labelled label="Stage">
        <Choice
          name="stage"
          label="Stage"
          none="Any stage"
          value={view.stage?.[0]}
          options={lifecycleStages}
          wide
        />
      </Labelled>
      <Labelled label="Score">
        <Pair>
          <Input
            name="scoreMin"
            type="number"
            min={0}
            max={100}
            defaultValue={view.scoreMin}
            aria-label="Score from"
            placeholder="0"
          />
          <Input
            name="scoreMax"
            type="number"
            min={0}
            max={100}
            defaultValue={view.scoreMax}
            aria-label="Score to"
            placeholder="100"
          />
        </Pair>
      </Labelled>
      <Labelled label="Added">
        <Pair>
          <Input name="addedFrom" type="date" defaultValue={view.addedFrom} aria-label="Added from" />
          <Input name="addedTo" type="date" defaultValue={view.addedTo} aria-label="Added until" />
        </Pair>
      </Labelled>
      <Labelled label="Last activity">
        <Pair>
          <Input
            name="activeFrom"
            type="date"
            defaultValue={view.activeFrom}
            aria-label="Last activity from"
          />
          <Input name="activeTo" type="date" defaultValue={view.activeTo} aria-label="Last activity until" />
        </Pair>
      </Labelled>
      {customFields.length > 0 && <CustomFieldFilter view={view} customFields={customFields} />}
    </div>
  );
}

const Pair = ({ children }: { children: React.ReactNode }) => (
  <span className="grid grid-cols-2 gap-1.5">{children}</span>
);

const Labelled = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <div className="space-y-1">
    <span aria-hidden className="text-xs text-muted">
      {label}
    </span>
    {children}
  </div>
);

type ChoiceProps = {
  name: string;
  label: string;
  none: string;
  value: string | undefined;
  options: readonly string[];
  wide?: boolean;
};

function Choice({ name, label, none, value, options, wide }: ChoiceProps) {
  return (
    <Select
      name={name}
      defaultValue={value ?? ""}
      aria-label={label}
      className={wide ? "w-full" : "w-36 max-sm:w-full"}
    >
      <option value="">{none}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {words(option)}
        </option>
      ))}
    </Select>
  );
}
