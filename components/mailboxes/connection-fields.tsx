"use client";
import { useState } from "react";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";

/** The usual port of each kind of encryption. */
const usualPorts: Record<string, string> = { tls: "465", starttls: "587", none: "25" };

/** Who sends, and the server to hand mail to. */
export function ConnectionFields({ errors }: { errors: Record<string, string> }) {
  const [port, setPort] = useState("465");
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
      <div className="grid gap-4 sm:grid-cols-[1fr_9rem_6rem]">
        <Field
          name="smtpHost"
          label="Mail server"
          placeholder="smtp.example.com"
          autoComplete="off"
          error={errors.smtpHost}
        />
        <Field name="smtpSecurity" label="Encryption" error={errors.smtpSecurity}>
          {(control) => (
            <Select
              {...control}
              defaultValue="tls"
              onChange={(event) => {
                const usual = usualPorts[event.target.value];
                if (usual && Object.values(usualPorts).includes(port)) setPort(usual);
              }}
            >
              <option value="tls">TLS</option>
              <option value="starttls">STARTTLS</option>
              <option value="none">None</option>
            </Select>
          )}
        </Field>
        <Field
          name="smtpPort"
          label="Port"
          inputMode="numeric"
          value={port}
          onChange={(event) => setPort(event.target.value)}
          error={errors.smtpPort}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="smtpUsername"
          label="User name"
          aside="Optional"
          hint="Usually the email address, which is taken when empty."
          autoComplete="off"
          error={errors.smtpUsername}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          error={errors.password}
        />
      </div>
    </>
  );
}
