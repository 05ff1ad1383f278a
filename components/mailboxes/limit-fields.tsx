import { Field } from "#components/ui/field";

type Props = { dailyLimit: number | null; minDelaySeconds: number; errors: Record<string, string> };

export function LimitFields({ dailyLimit, minDelaySeconds, errors }: Props) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        name="dailyLimit"
        label="Mails a day"
        type="number"
        min={1}
        defaultValue={dailyLimit ?? ""}
        placeholder="No limit"
        hint="Empty for no limit."
        error={errors.dailyLimit}
      />
      <Field
        name="minDelaySeconds"
        label="Seconds between two"
        type="number"
        min={0}
        defaultValue={minDelaySeconds}
        error={errors.minDelaySeconds}
      />
    </div>
  );
}
