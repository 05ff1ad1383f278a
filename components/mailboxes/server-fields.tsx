"use client";
import { useState } from "react";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";

type Protocol = "smtp" | "imap";

/** What differs between the server that takes mail and the one that keeps it. The names are those of the inputs. */
const protocols = {
  smtp: {
    label: "Mail server",
    placeholder: "smtp.example.com",
    ports: { tls: "465", starttls: "587", none: "25" },
    password: "password",
    userHint: "Usually the email address, which is taken when empty.",
  },
  imap: {
    label: "IMAP server",
    placeholder: "imap.example.com",
    ports: { tls: "993", starttls: "143", none: "143" },
    password: "imapPassword",
    userHint: "The one for sending is taken when empty.",
  },
} as const;

type Props = {
  protocol: Protocol;
  /** What the fields begin with. */
  known?: { host: string | null; port: number | null; security: string | null; user: string | null };
  /** A password is stored already, and is taken when the field stays empty. */
  stored?: boolean;
  errors: Record<string, string>;
};

/** How to reach a mail server, and as whom. The port follows the encryption until somebody types another. */
export function ServerFields({ protocol, known, stored = false, errors }: Props) {
  const { label, placeholder, ports, password, userHint } = protocols[protocol];
  const usual: Record<string, string> = ports;
  const [port, setPort] = useState(String(known?.port ?? ports.tls));
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-[1fr_9rem_6rem]">
        <Field
          name={`${protocol}Host`}
          label={label}
          placeholder={placeholder}
          defaultValue={known?.host ?? ""}
          autoComplete="off"
          error={errors[`${protocol}Host`]}
        />
        <Field name={`${protocol}Security`} label="Encryption" error={errors[`${protocol}Security`]}>
          {(control) => (
            <Select
              {...control}
              defaultValue={known?.security ?? "tls"}
              onChange={({ target }) => {
                const next = usual[target.value];
                if (next && Object.values(usual).includes(port)) setPort(next);
              }}
            >
              <option value="tls">TLS</option>
              <option value="starttls">STARTTLS</option>
              <option value="none">None</option>
            </Select>
          )}
        </Field>
        <Field
          name={`${protocol}Port`}
          label="Port"
          inputMode="numeric"
          value={port}
          onChange={({ target }) => setPort(target.value)}
          error={errors[`${protocol}Port`]}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name={`${protocol}Username`}
          label="User name"
          aside="Optional"
          defaultValue={known?.user ?? ""}
          hint={userHint}
          autoComplete="off"
          error={errors[`${protocol}Username`]}
        />
        <Field
          name={password}
          label="Password"
          type="password"
          autoComplete="new-password"
          {...(stored && { aside: "Optional", hint: "The stored one is taken when empty." })}
          error={errors[password]}
        />
      </div>
    </>
  );
}
