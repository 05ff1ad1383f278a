import type { ReactNode } from "react";
import { Field } from "#components/ui/field";

type Props = { name: string; label: string; hint: string; defaultValue: number; error: ReactNode };

/** A share from 0 to 100. */
export function PercentField(props: Props) {
  return <Field {...props} aside="%" type="number" inputMode="numeric" min={0} max={100} step={1} required />;
}
