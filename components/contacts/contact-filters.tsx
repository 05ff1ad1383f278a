import Link from "next/link";
import type { RouterOutputs } from "#server/router";
import { type ContactListInput, filterOf, type RefusedParts } from "#server/contacts/schema";
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
import { RefusedFilters, wrongBy } from "./refused-filters.tsx";

type Props = {
  workspace: string;
  view: ContactListInput;
  refused: RefusedParts;
  choices: RouterOutputs["segments"]["choices"];
  tags: RouterOutputs["tags"]["list"];
  customFields: RouterOutputs["customFields"]["list"];
  columns: string[];
};

const simple = ["q", "status", "tag", "list"];

/** Search and filters as a plain form: the URL holds them, and a change starts at the first page again. */
export function ContactFilters({ workspace, view, refused, choices, tags, customFields, columns }: Props) {
  const used = [...Object.keys(filterOf(view)), ...Object.keys(refused)];
  const further = used.filter((name) => !simple.includes(name)).length;
  return (
    <form method="get" role="search" aria-label="Contacts" className="group/filters mb-4 space-y-2">
      {view.sort !== "newest" && <input type="hidden" name="sort" value={view.sort} />}
      {view.order && <input type="hidden" name="order" value={view.order} />}
      <div className="flex flex-wrap items-center gap-2">
        <SearchBox
          name="q"
          defaultValue={view.q ?? refused.q?.typed ?? ""}
          {...wrongBy(refused, "q")}
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
            refused={refused}
          />
          {tags.length > 0 && (
            <NameSelect
              kind="tag"
              name="tag"
              aria-label="Tag"
              none="Any tag"
              held={tags.map(({ name }) => ({ value: name, label: name }))}
              defaultValue={view.tag?.[0] ?? ""}
              {...wrongBy(refused, "tag")}
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
              {...wrongBy(refused, "list")}
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
      <RefusedFilters refused={refused} />
      <details open={further > 0} className="group rounded-lg border px-3 py-2 open:pb-3">
        <summary className="cursor-pointer text-sm text-muted select-none hover:text-ink">
          More filters {further > 0 && <Badge>{further}</Badge>}
        </summary>
        <MoreFilters {...{ view, refused, customFields }} />
      </details>
    </form>
  );
}

function MoreFilters({ view, refused, customFields }: Pick<Props, "view" | "refused" | "customFields">) {
  const held = (name: "scoreMin" | "scoreMax" | "addedFrom" | "addedTo" | "activeFrom" | "activeTo") => ({
    name,
    defaultValue: view[name] ?? refused[name]?.typed,
    ...wrongBy(refused, name),
  });
  return (
    <div className="mt-3 grid gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-4">
      <Labelled label="Stage">
        <Choice
          name="stage"
          label="Stage"
          none="Any stage"
          value={view.stage?.[0]}
          options={lifecycleStages}
          refused={refused}
          wide
        />
      </Labelled>
      <Labelled label="Score">
        <Pair>
          <Input
            {...held("scoreMin")}
            type="number"
            min={0}
            max={100}
            aria-label="Score from"
            placeholder="0"
          />
          <Input
            {...held("scoreMax")}
            type="number"
            min={0}
            max={100}
            aria-label="Score to"
            placeholder="100"
          />
        </Pair>
      </Labelled>
      <Labelled label="Added">
        <Pair>
          <Input {...held("addedFrom")} type="date" aria-label="Added from" />
          <Input {...held("addedTo")} type="date" aria-label="Added until" />
        </Pair>
      </Labelled>
      <Labelled label="Last activity">
        <Pair>
          <Input {...held("activeFrom")} type="date" aria-label="Last activity from" />
          <Input {...held("activeTo")} type="date" aria-label="Last activity until" />
        </Pair>
      </Labelled>
      {customFields.length > 0 && <CustomFieldFilter {...{ view, refused, customFields }} />}
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
  refused: RefusedParts;
  wide?: boolean;
};

function Choice({ name, label, none, value, options, refused, wide }: ChoiceProps) {
  return (
    <Select
      name={name}
      defaultValue={value ?? ""}
      aria-label={label}
      {...wrongBy(refused, name)}
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
