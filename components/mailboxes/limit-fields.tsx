import { Field } from "#components/ui/field";

type Props = {
  dailyLimit: number | null;
  hourlyLimit: number | null;
  minDelaySeconds: number;
  errors: Record<string, string>;
};

export function LimitFields({ dailyLimit, hourlyLimit, minDelaySeconds, errors }: Props) {
  return (
    <div className="grid gap-4 sm:grid-cols-3">
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
        name="hourlyLimit"
        label="Mails an hour"
        type="number"
        min={1}
        defaultValue={hourlyLimit ?? ""}
        placeholder="No limit"
        hint="In any 60 minutes. Few providers take more than 500."
        error={errors.hourlyLimit}
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
