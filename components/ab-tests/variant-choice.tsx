import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { type EmailTest, variantName } from "#server/ab-tests/schema";

type Props = { test: EmailTest; value: number; onChange: (variant: number) => void };

export function VariantChoice({ test, value, onChange }: Props) {
  return (
    <Field name="variant" label="Variant" className="w-44">
      {(control) => (
        <Select {...control} value={value} onChange={({ target }) => onChange(Number(target.value))}>
          {test.variants.map((_, place) => (
            <option key={variantName(place)} value={place}>
              Variant {variantName(place)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
