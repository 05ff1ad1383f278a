import { Field } from "#components/ui/field";
import { ServerFields } from "./server-fields.tsx";

/** Who sends, and the server to hand mail to. */
export function ConnectionFields({ errors }: { errors: Record<string, string> }) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="email"
          label="Email"
          type="email"
          placeholder="ana@example.com"
          autoComplete="off"
          error={errors.email}
        />
        <Field
          name="displayName"
          label="Name"
          aside="Optional"
          placeholder="Ana from Example"
          autoComplete="off"
          error={errors.displayName}
        />
      </div>
      <ServerFields protocol="smtp" errors={errors} />
    </>
  );
}
