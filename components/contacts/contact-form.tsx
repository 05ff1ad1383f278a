"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { LeaveGuard, useTouched } from "#components/ui/leave-guard";
import { LinkButton } from "#components/ui/link-button";
import { Section } from "#components/ui/section";
import { SubmitButton } from "#components/ui/submit-button";
import { useErrorFocus } from "#components/ui/use-error-focus";
import { contactFields } from "#server/contacts/schema";
import { limitsOf, shownValue } from "#server/custom-fields/schema";
import type { RouterInputs, RouterOutputs } from "#server/router";
import { CustomFieldControl } from "./custom-field-control.tsx";

type Contact = RouterOutputs["contacts"]["byId"];
type Props = { workspace: string; customFields: RouterOutputs["customFields"]["list"]; contact?: Contact };

const wide = new Set(["email", "company"]);

/** Adds a contact, or edits the one given. */
export function ContactForm({ workspace, customFields, contact }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [leaving, setLeaving] = useState(false);
  const done = (id: string, words: string) => {
    setLeaving(true);
    toast.success(words);
    router.push(`/${workspace}/contacts/${id}`);
    router.refresh();
  };
  const create = useMutation(
    trpc.contacts.create.mutationOptions({ onSuccess: ({ id }) => done(id, "Contact added") }),
  );
  const update = useMutation(
    trpc.contacts.update.mutationOptions({ onSuccess: ({ id }) => done(id, "Changes saved") }),
  );
  const problem = asProblem(create.error ?? update.error);
  const form = useErrorFocus(create.error ?? update.error);
  const { unsaved, watch } = useTouched(problem);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const input = readForm(new FormData(event.currentTarget), customFields);
    // After a conflict the version is the one whose values were shown: saving again overwrites them knowingly.
    const version = Number(problem?.fields.version ?? contact?.version);
    if (contact) update.mutate({ ...input, id: contact.id, version });
    else create.mutate(input);
  }

  return (
    <form ref={form} onSubmit={submit} noValidate {...watch}>
      <LeaveGuard unsaved={unsaved} />
      <Section
        title="Person"
        footer={
          customFields.length > 0 ? undefined : (
            <Buttons
              workspace={workspace}
              contact={contact}
              pending={create.isPending || update.isPending || leaving}
            />
          )
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {contactFields.map(({ name, label, lengthMax }) => (
            <Field
              key={name}
              name={name}
              label={label}
              type={name === "email" ? "email" : "text"}
              maxLength={lengthMax}
              defaultValue={contact?.[name] ?? ""}
              error={problem?.fields[name]}
              hint={name === "timezone" ? "For example Europe/Berlin. Used for send windows." : undefined}
              className={wide.has(name) ? "sm:col-span-2" : undefined}
              autoFocus={name === "email" && !contact}
              autoComplete="off"
            />
          ))}
        </div>
        {customFields.length === 0 && <FormError className="mt-4">{problem?.message}</FormError>}
      </Section>
      {customFields.length > 0 && (
        <Section
          title="Custom fields"
          description="An empty field is removed from the contact."
          footer={
            <Buttons
              workspace={workspace}
              contact={contact}
              pending={create.isPending || update.isPending || leaving}
            />
          }
        >
          <div className="grid gap-4 sm:grid-cols-2">
            {customFields.map((field) => (
              <Field
                key={field.id}
                name={`custom.${field.name}`}
                label={field.label}
                aside={field.required ? "Required" : undefined}
                hint={hintOf(field)}
                error={problem?.fields[`custom.${field.name}`]}
                className={field.type === "multi_select" ? "sm:col-span-2" : undefined}
              >
                {(control) => (
                  <CustomFieldControl
                    control={control}
                    field={field}
                    value={shownValue(contact ? contact.custom[field.name] : field.defaultValue)}
                  />
                )}
              </Field>
            ))}
          </div>
          <FormError className="mt-4">{problem?.message}</FormError>
        </Section>
      )}
    </form>
  );
}

function hintOf({ type, validation }: Props["customFields"][number]): string | undefined {
  const limits = type === "text" ? "" : limitsOf(validation);
  return limits === "" ? undefined : `A value ${limits}.`;
}

function Buttons({
  workspace,
  contact,
  pending,
}: {
  workspace: string;
  contact: Contact | undefined;
  pending: boolean;
}) {
  return (
    <>
      <LinkButton href={contact ? `/${workspace}/contacts/${contact.id}` : `/${workspace}/contacts`}>
        Cancel
      </LinkButton>
      <SubmitButton pending={pending}>{contact ? "Save changes" : "Add contact"}</SubmitButton>
    </>
  );
}

function readForm(form: FormData, customFields: Props["customFields"]): RouterInputs["contacts"]["create"] {
  const text = (name: string) => {
    const values = form.getAll(name).filter((value) => typeof value === "string");
    return values.join(", ");
  };
  const standard = Object.fromEntries(contactFields.map(({ name }) => [name, text(name)]));
  const custom = Object.fromEntries(customFields.map(({ name }) => [name, text(`custom.${name}`)]));
  return { ...standard, email: text("email"), custom };
}
