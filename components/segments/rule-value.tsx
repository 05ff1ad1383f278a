"use client";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import { ChoiceList } from "./choice-list.tsx";
import type { Engagement } from "#server/segments/schema";
import { EngagementValue } from "./engagement-value.tsx";
import { MemberValue } from "./member-value.tsx";
import type { DraftCondition, DraftSpan, DraftValue } from "./rule-draft.tsx";
import { optionsOf, type RuleField, shapeOf, type Vocabulary } from "./rule-fields.tsx";
import { PassageValue } from "./passage-value.tsx";
import { OccurrenceValue } from "./occurrence-value.tsx";
import { TallyValue } from "./tally-value.tsx";
import { ValueList } from "./value-list.tsx";
import { VariantValue } from "./variant-value.tsx";

type Props = {
  rule: DraftCondition;
  field: RuleField;
  vocabulary: Vocabulary;
  onChange: (value: DraftValue) => void;
};

const asEngagement = (value: DraftValue): Engagement =>
  typeof value === "object"
  && !Array.isArray(value)
  && !("amount" in value)
  && !("count" in value)
  && !("event" in value)
  && !("way" in value)
  && !("variant" in value)
    ? value
    : {};
/** States are spelled out; options that people made stay as they wrote them. */
const optionLabel = (field: RuleField, option: string) =>
  field.kind === "choice" || field.customType === "boolean" ? words(option) : option;
const words = (value: string) => value.charAt(0).toUpperCase() + value.slice(1).replaceAll("_", " ");
const asText = (value: DraftValue) => (typeof value === "string" ? value : "");
const asTexts = (value: DraftValue) => (Array.isArray(value) ? value : []);
const asSpan = (value: DraftValue): DraftSpan =>
  typeof value === "object" && "amount" in value ? value : { amount: "", unit: "days" };

/** The control that a rule's field and comparison need; nothing for those that need no value. */
export function RuleValueControl({ rule, field, vocabulary, onChange }: Props) {
  const { value } = rule;
  const label = `${field.label}: value`;
  switch (shapeOf(field, rule.operator)) {
    case "none":
      return null;
    case "choice":
      return (
        <Select aria-label={label} value={asText(value)} onChange={(event) => onChange(event.target.value)}>
          {!optionsOf(field).includes(asText(value)) && (
            <option value={asText(value)}>{asText(value)}</option>
          )}
          {optionsOf(field).map((option) => (
            <option key={option} value={option}>
              {optionLabel(field, option)}
            </option>
          ))}
        </Select>
      );
    case "choices":
      return (
        <ChoiceList
          label={label}
          placeholder="Add…"
          values={asTexts(value)}
          options={optionsOf(field).map((option) => ({ value: option, label: optionLabel(field, option) }))}
          onChange={onChange}
        />
      );
    case "texts":
      return (
        <ValueList label={label} values={asTexts(value)} withCommas onChange={onChange} className="w-full" />
      );
    case "tags":
      return <ValueList label="Tags" className="w-full" values={asTexts(value)} ofTags onChange={onChange} />;
    case "members":
      return (
        <MemberValue field={field} values={asTexts(value)} vocabulary={vocabulary} onChange={onChange} />
      );
    case "span":
      return <SpanValue label={label} value={asSpan(value)} onChange={onChange} />;
    case "days":
      return (
        <SpanValue label={label} value={asSpan(value)} fixed="days, today included" onChange={onChange} />
      );
    case "tally":
      return (
        <TallyValue
          label={label}
          value={typeof value === "object" && "count" in value ? value : { count: "" }}
          vocabulary={vocabulary}
          onChange={onChange}
        />
      );
    case "occurrence":
      return (
        <OccurrenceValue
          value={typeof value === "object" && "event" in value ? value : { event: "" }}
          onChange={onChange}
        />
      );
    case "passage":
      return (
        vocabulary.step && (
          <PassageValue
            value={typeof value === "object" && "way" in value ? value : { stepId: "", way: "any" }}
            step={vocabulary.step}
            onChange={onChange}
          />
        )
      );
    case "variant":
      return (
        vocabulary.step && (
          <VariantValue
            value={typeof value === "object" && "variant" in value ? value : { testedId: "", variant: "B" }}
            step={vocabulary.step}
            onChange={onChange}
          />
        )
      );
    case "pair":
      return <Pair label={field.label} value={asTexts(value)} onChange={onChange} />;
    case "numbers":
      return <Pair label={field.label} inputMode="decimal" value={asTexts(value)} onChange={onChange} />;
    case "dates":
      return <Pair label={field.label} type="date" value={asTexts(value)} onChange={onChange} />;
    case "engagement":
      return (
        <EngagementValue
          value={asEngagement(value)}
          vocabulary={vocabulary}
          withAddress={field.name === "email_clicked"}
          onChange={onChange}
        />
      );
    case "number":
      return <Scalar label={label} inputMode="decimal" value={asText(value)} onChange={onChange} />;
    case "date":
      return <Scalar label={label} type="date" value={asText(value)} onChange={onChange} />;
    case "text":
      return <Scalar label={label} placeholder="Value" value={asText(value)} onChange={onChange} />;
  }
}

type ScalarProps = {
  label: string;
  value: string;
  type?: "date";
  inputMode?: "decimal";
  placeholder?: string;
  onChange: (value: string) => void;
};

function Scalar({ label, onChange, ...rest }: ScalarProps) {
  return (
    <Input
      aria-label={label}
      autoComplete="off"
      {...rest}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

type PairProps = Pick<ScalarProps, "label" | "type" | "inputMode"> & {
  value: string[];
  onChange: (value: string[]) => void;
};

function Pair({ label, value: [from = "", to = ""], onChange, ...rest }: PairProps) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="min-w-32 flex-1">
        <Scalar label={`${label}: from`} value={from} onChange={(text) => onChange([text, to])} {...rest} />
      </span>
      <span className="text-muted">and</span>
      <span className="min-w-32 flex-1">
        <Scalar label={`${label}: to`} value={to} onChange={(text) => onChange([from, text])} {...rest} />
      </span>
    </div>
  );
}

const units = ["hours", "days", "weeks", "months"] as const;

type SpanProps = {
  label: string;
  value: DraftSpan;
  /** Said behind the number where the unit cannot be chosen: days. */
  fixed?: string;
  onChange: (value: DraftSpan) => void;
};

function SpanValue({ label, value, fixed, onChange }: SpanProps) {
  const unit = fixed ? "days" : value.unit;
  return (
    <div className="flex items-center gap-2">
      <Input
        aria-label={label}
        inputMode="numeric"
        className="w-20"
        value={value.amount}
        onChange={({ target }) => onChange({ amount: target.value, unit })}
      />
      {fixed ? (
        <span className="text-muted">{fixed}</span>
      ) : (
        <Select
          aria-label="Unit of time"
          className="w-28"
          value={unit}
          onChange={({ target }) =>
            onChange({ ...value, unit: units.find((one) => one === target.value) ?? unit })
          }
        >
          {units.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </Select>
      )}
    </div>
  );
}
