"use client";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import {
  type Condition,
  type FieldKind,
  ruleFields,
  type RuleValue,
  type Span,
} from "#server/segments/schema";
import { ChoiceList } from "./choice-list.tsx";
import { shapeOf, type Vocabulary } from "./rule-row.tsx";
import { ValueList } from "./value-list.tsx";

type Props = {
  rule: Condition;
  kind: FieldKind;
  customType: string | undefined;
  vocabulary: Vocabulary;
  onChange: (value: RuleValue) => void;
};

const listOf = (value: RuleValue | undefined) => (Array.isArray(value) ? value.map(String) : []);
const oneOf = (value: RuleValue | undefined) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** The control for the value of a rule, by what its operator compares with. */
export function RuleValueInput({ rule, kind, customType, vocabulary, onChange }: Props) {
  const numeric = kind === "number" || customType === "number";
  const options = ruleFields.find(({ name }) => name === rule.field)?.options;
  switch (shapeOf(rule.operator)) {
    case "none":
      return null;
    case "tags":
      return (
        <ValueList
          label="Tags"
          values={listOf(rule.value)}
          suggestions={vocabulary.tags.map(({ name }) => name)}
          onChange={onChange}
        />
      );
    case "list":
      if (kind === "membership")
        return <Memberships rule={rule} vocabulary={vocabulary} onChange={onChange} />;
      if (options)
        return (
          <ChoiceList
            label="Values"
            values={listOf(rule.value)}
            options={options.map(spoken)}
            onChange={onChange}
          />
        );
      return <ValueList label="Values" values={listOf(rule.value)} suggestions={[]} onChange={onChange} />;
    case "pair":
      return <Pair values={listOf(rule.value)} numeric={numeric} onChange={onChange} />;
    case "span":
      return <SpanInput span={rule.value as Span} onChange={onChange} />;
    case "day":
      return (
        <Input
          type="date"
          aria-label="Date"
          className="w-44 max-sm:w-full"
          value={oneOf(rule.value)}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "yes":
      return null;
    case "one":
      if (options) {
        return (
          <Select
            aria-label="Value"
            className="w-44 max-sm:w-full"
            value={oneOf(rule.value)}
            onChange={(event) => onChange(event.target.value)}
          >
            {options.map(spoken).map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        );
      }
      return (
        <Input
          type={numeric ? "number" : "text"}
          step="any"
          aria-label="Value"
          className="w-52 max-sm:w-full"
          value={oneOf(rule.value)}
          onChange={(event) => onChange(numeric ? Number(event.target.value) : event.target.value)}
        />
      );
  }
}

const spoken = (value: string) => ({
  value,
  label: value.charAt(0).toUpperCase() + value.slice(1).replaceAll("_", " "),
});

function Memberships({ rule, vocabulary, onChange }: Pick<Props, "rule" | "vocabulary" | "onChange">) {
  const choices = vocabulary.choices.filter(({ kind }) => kind === rule.field);
  if (choices.length === 0) return <p className="py-1.5 text-muted">There is no {rule.field} yet.</p>;
  return (
    <ChoiceList
      label={rule.field}
      values={listOf(rule.value)}
      options={choices.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={onChange}
    />
  );
}

function Pair({
  values,
  numeric,
  onChange,
}: {
  values: string[];
  numeric: boolean;
  onChange: Props["onChange"];
}) {
  const [low = "", high = ""] = values;
  const type = numeric ? "number" : "date";
  const set = (from: string, to: string) => onChange(numeric ? [Number(from), Number(to)] : [from, to]);
  return (
    <div className="flex items-center gap-2">
      <Input
        type={type}
        aria-label="From"
        className="w-36"
        value={low}
        onChange={(event) => set(event.target.value, high)}
      />
      <span className="text-muted">and</span>
      <Input
        type={type}
        aria-label="To"
        className="w-36"
        value={high}
        onChange={(event) => set(low, event.target.value)}
      />
    </div>
  );
}

function SpanInput({ span, onChange }: { span: Span; onChange: Props["onChange"] }) {
  return (
    <div className="flex items-center gap-2">
      <Input
        type="number"
        min={1}
        aria-label="How many"
        className="w-20"
        value={String(span.amount)}
        onChange={(event) =>
          onChange({ ...span, amount: Math.max(1, Math.trunc(Number(event.target.value))) })
        }
      />
      <Select
        aria-label="Unit"
        className="w-28"
        value={span.unit}
        onChange={(event) => onChange({ ...span, unit: event.target.value as Span["unit"] })}
      >
        {["hours", "days", "weeks", "months"].map((unit) => (
          <option key={unit}>{unit}</option>
        ))}
      </Select>
    </div>
  );
}
