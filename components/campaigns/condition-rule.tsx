"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useId } from "react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import { fieldKind, operatorsOf, ruleFields, type Condition, type Operator } from "#server/segments/schema";
import type { Step } from "./use-campaign-edits.tsx";

type Props = {
  rule: Condition;
  emails: Step[];
  onChange: (rule: Condition) => void;
  onRemove: (() => void) | null;
};

const textFields = ruleFields.filter(({ kind }) => kind === "text" || kind === "choice" || kind === "number");

/** What a field starts with when it is chosen. */
function blankRule(field: string): Condition {
  const kind = fieldKind(field);
  if (kind === "engagement") return { field, operator: "is_true" };
  if (kind === "tags") return { field, operator: "contains_any", value: [""] };
  if (kind === "membership") return { field, operator: "in", value: [] };
  return {
    field,
    operator: "equals",
    value: kind === "choice" ? (ruleFields.find((each) => each.name === field)?.options?.[0] ?? "") : "",
  };
}

export function ConditionRule({ rule, emails, onChange, onRemove }: Props) {
  const trpc = useTRPC();
  const custom = useQuery(trpc.customFields.list.queryOptions());
  const kind = fieldKind(rule.field);
  return (
    <div className="flex flex-wrap items-start gap-2">
      <Select
        aria-label="What to ask about"
        className="w-44"
        value={rule.field}
        onChange={(event) => onChange(blankRule(event.target.value))}
      >
        <optgroup label="Emails">
          <option value="email_opened">Opened an email</option>
          <option value="email_clicked">Clicked a link</option>
        </optgroup>
        <optgroup label="Contact">
          <option value="tags">Tags</option>
          <option value="list">List</option>
          <option value="segment">Segment</option>
          {textFields.map((field) => (
            <option key={field.name} value={field.name}>
              {field.label}
            </option>
          ))}
        </optgroup>
        {custom.data && custom.data.length > 0 && (
          <optgroup label="Custom fields">
            {custom.data.map((field) => (
              <option key={field.id} value={`custom.${field.name}`}>
                {field.label}
              </option>
            ))}
          </optgroup>
        )}
      </Select>
      {kind === "engagement" && <Engagement rule={rule} emails={emails} onChange={onChange} />}
      {kind === "tags" && <Tags rule={rule} onChange={onChange} />}
      {kind === "membership" && <Membership rule={rule} onChange={onChange} />}
      {kind !== "engagement" && kind !== "tags" && kind !== "membership" && (
        <Attribute rule={rule} onChange={onChange} />
      )}
      {onRemove && (
        <Button variant="ghost" size="icon" aria-label="Remove this rule" onClick={onRemove}>
          <X />
        </Button>
      )}
    </div>
  );
}

type PartProps = Pick<Props, "rule" | "onChange">;

function Engagement({ rule, emails, onChange }: PartProps & { emails: Step[] }) {
  const stepId = typeof rule.value === "object" && "stepId" in rule.value ? (rule.value.stepId ?? "") : "";
  return (
    <>
      <Select
        aria-label="Did or did not"
        className="w-28"
        value={rule.operator}
        onChange={(event) => onChange({ ...rule, operator: event.target.value as Operator })}
      >
        <option value="is_true">did</option>
        <option value="is_false">did not</option>
      </Select>
      <Select
        aria-label="Which email"
        className="min-w-40 flex-1"
        value={stepId}
        onChange={(event) =>
          onChange({ ...rule, value: event.target.value ? { stepId: event.target.value } : undefined })
        }
      >
        <option value="">The previous email</option>
        {emails.map((email) => (
          <option key={email.id} value={email.id}>
            {email.number}. {email.headline}
          </option>
        ))}
        {stepId && !emails.some((email) => email.id === stepId) && (
          <option value={stepId}>An email that is gone</option>
        )}
      </Select>
    </>
  );
}

function Tags({ rule, onChange }: PartProps) {
  const trpc = useTRPC();
  const tags = useQuery(trpc.tags.list.queryOptions());
  const list = useId();
  const value = Array.isArray(rule.value) ? String(rule.value[0] ?? "") : "";
  return (
    <>
      <Select
        aria-label="Has or has not"
        className="w-28"
        value={rule.operator}
        onChange={(event) => onChange({ ...rule, operator: event.target.value as Operator })}
      >
        <option value="contains_any">include</option>
        <option value="contains_none">don’t include</option>
      </Select>
      <Input
        aria-label="Tag"
        list={list}
        placeholder="Tag"
        className="min-w-32 flex-1"
        defaultValue={value}
        onChange={(event) => onChange({ ...rule, value: [event.target.value] })}
      />
      <datalist id={list}>
        {tags.data?.map((tag) => (
          <option key={tag.id} value={tag.name} />
        ))}
      </datalist>
    </>
  );
}

function Membership({ rule, onChange }: PartProps) {
  const trpc = useTRPC();
  const choices = useQuery(trpc.campaigns.audienceChoices.queryOptions());
  const value = Array.isArray(rule.value) ? String(rule.value[0] ?? "") : "";
  return (
    <>
      <Select
        aria-label="In or not in"
        className="w-28"
        value={rule.operator}
        onChange={(event) => onChange({ ...rule, operator: event.target.value as Operator })}
      >
        <option value="in">is in</option>
        <option value="not_in">is not in</option>
      </Select>
      <Select
        aria-label="Which one"
        className="min-w-40 flex-1"
        value={value}
        onChange={(event) => onChange({ ...rule, value: [event.target.value] })}
      >
        <option value="">Choose…</option>
        {choices.data
          ?.filter((choice) => choice.kind === rule.field)
          .map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.name}
            </option>
          ))}
      </Select>
    </>
  );
}

const simple: readonly Operator[] = [
  "equals",
  "not_equals",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "greater_than",
  "at_least",
  "less_than",
  "at_most",
  "is_empty",
  "is_set",
];

function Attribute({ rule, onChange }: PartProps) {
  const kind = fieldKind(rule.field) ?? "text";
  const options = ruleFields.find((field) => field.name === rule.field)?.options;
  const numeric =
    kind === "number" || ["greater_than", "at_least", "less_than", "at_most"].includes(rule.operator);
  const bare = rule.operator === "is_empty" || rule.operator === "is_set";
  const typed = (text: string) => (numeric && text.trim() !== "" ? Number(text) : text);
  const setOperator = (operator: Operator) =>
    onChange(
      operator === "is_empty" || operator === "is_set"
        ? { field: rule.field, operator }
        : { ...rule, operator, value: rule.value ?? "" },
    );
  return (
    <>
      <Select
        aria-label="How it compares"
        className="w-36"
        value={rule.operator}
        onChange={(event) => setOperator(event.target.value as Operator)}
      >
        {operatorsOf[kind]
          .filter((operator) => simple.includes(operator))
          .map((operator) => (
            <option key={operator} value={operator}>
              {operator.replaceAll("_", " ")}
            </option>
          ))}
      </Select>
      {!bare && options && (
        <Select
          aria-label="Value"
          className="min-w-32 flex-1"
          value={typeof rule.value === "string" ? rule.value : ""}
          onChange={(event) => onChange({ ...rule, value: event.target.value })}
        >
          {options.map((option) => (
            <option key={option} value={option}>
              {option.replaceAll("_", " ")}
            </option>
          ))}
        </Select>
      )}
      {!bare && !options && (
        <Input
          key={rule.field}
          aria-label="Value"
          inputMode={numeric ? "decimal" : undefined}
          className="min-w-32 flex-1"
          defaultValue={typeof rule.value === "object" ? "" : String(rule.value ?? "")}
          onChange={(event) => onChange({ ...rule, value: typed(event.target.value) })}
        />
      )}
    </>
  );
}
