"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Combobox } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { LeaveGuard, useTouched } from "#components/ui/leave-guard";
import { LinkButton } from "#components/ui/link-button";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import { SubmitButton } from "#components/ui/submit-button";
import { limitsByDefault } from "#server/imports/schedules/schema";
import type { RouterOutputs } from "#server/router";
import { cronWords } from "./cron-words.tsx";
import { PercentField } from "./percent-field.tsx";
import { zoneOptions } from "./reading-fields.tsx";
import { RhythmFields } from "./rhythm-fields.tsx";

type Schedule = RouterOutputs["imports"]["schedules"]["byId"];
type Model = RouterOutputs["imports"]["list"]["rows"][number];
type Props = {
  workspace: string;
  timeZone: string;
  /** Null makes a new one. */
  schedule: Schedule | null;
  /** Imports whose columns and options can be taken over. */
  models: Model[];
  /** The model that is meant from the start. */
  like: string | null;
};

/** Where a file comes from again and again, when, and as which import its rows are read. */
export function ScheduleForm({ workspace, timeZone, schedule, models, like }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const [cron, setCron] = useState(schedule?.cron ?? "0 6 * * *");
  const [zone, setZone] = useState(schedule?.timezone ?? timeZone);
  const home = `/${workspace}/imports/schedules`;
  const onSuccess = ({ id }: { id: string }) => {
    router.push(`${home}/${id}`);
    router.refresh();
  };
  const create = useMutation(trpc.imports.schedules.create.mutationOptions({ onSuccess }));
  const update = useMutation(trpc.imports.schedules.update.mutationOptions({ onSuccess }));
  const problem = asProblem(create.error ?? update.error);
  const fields = problem?.fields ?? {};
  const limits = schedule?.limits ?? limitsByDefault;
  const { unsaved, touch, watch } = useTouched(problem);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const {
      name,
      url,
      like: importId,
      notifyEmail,
      header,
      value,
      ...limits
    } = formValues(
      event.currentTarget,
      ...(["name", "url", "like", "notifyEmail", "header", "value", "rejectedMax", "rowsMin"] as const),
    );
    const secretHeader = secretHeaderOf(header.trim(), value, schedule?.secretHeader ?? null);
    const common = {
      name,
      url,
      cron,
      timezone: zone,
      notifyEmail: notifyEmail || null,
      secretHeader,
      limits,
    };
    if (schedule) update.mutate({ id: schedule.id, ...common, likeImportId: importId || null });
    else create.mutate({ ...common, likeImportId: importId });
  }

  return (
    <form onSubmit={submit} noValidate {...watch}>
      <LeaveGuard unsaved={unsaved} />
      <Section
        title="The file"
        description="It is fetched anew each time; when nothing in it has changed, nothing is done."
      >
        <div className="grid gap-4">
          <Field
            name="name"
            label="Name"
            required
            maxLength={120}
            defaultValue={schedule?.name ?? ""}
            error={fields.name}
            placeholder="Customers from the shop"
          />
          <Field
            name="url"
            label="Address of the file"
            type="url"
            inputMode="url"
            required
            defaultValue={schedule?.url ?? ""}
            error={fields.url}
            placeholder="https://shop.example.com/customers.csv"
            hint={
              schedule
                ? "Shown without what stands behind a question mark; give the whole address to change it."
                : undefined
            }
          />
          <details open={Boolean(fields["secretHeader.name"] ?? fields["secretHeader.value"]) || undefined}>
            <summary className="cursor-pointer text-muted hover:text-ink">
              The server asks for a secret header
              {schedule?.secretHeader && `: ${schedule.secretHeader}`}
            </summary>
            <div className="mt-3 grid gap-4 sm:grid-cols-2">
              <Field
                name="header"
                label="Header"
                defaultValue={schedule?.secretHeader ?? "Authorization"}
                error={fields["secretHeader.name"]}
                autoComplete="off"
              />
              <Field
                name="value"
                label="Value"
                type="password"
                error={fields["secretHeader.value"]}
                autoComplete="off"
                hint={
                  schedule?.secretHeader
                    ? "Left blank, it stays as it is. Without a header's name, none is sent."
                    : undefined
                }
              />
            </div>
          </details>
          <Field
            name="like"
            label="Columns and options"
            error={fields.likeImportId}
            hint="The file must have the same columns as the import you choose. When they change, nothing is imported and you are told."
          >
            {(control) => (
              <Select {...control} defaultValue={like ?? (schedule ? "" : (models[0]?.id ?? ""))}>
                {schedule && <option value="">As they are</option>}
                {models.map((model) => (
                  <option key={model.id} value={model.id}>
                    As in {model.fileName}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      </Section>
      <Section title="When" description={`${cronWords(cron)}, ${zone.replaceAll("_", " ")} time.`}>
        <div className="grid gap-4 sm:grid-cols-2">
          <RhythmFields cron={cron} problem={fields.cron} onChange={setCron} />
          <Field name="zone" label="Time zone" error={fields.timezone}>
            {(control) => (
              <Combobox
                {...control}
                value={zone}
                onChange={(chosen) => {
                  setZone(chosen);
                  touch();
                }}
                options={zoneOptions(zone)}
              />
            )}
          </Field>
          <Field
            name="notifyEmail"
            label="Who hears of failures"
            aside="Optional"
            type="email"
            defaultValue={schedule?.notifyEmail ?? ""}
            error={fields.notifyEmail}
            placeholder="ops@example.com"
            hint="By mail, after the third failure in a row. Whoever made the schedule is told here, too."
          />
        </div>
      </Section>
      <Section
        title="When something is wrong with the file"
        description="It is checked whole before a row is written. Beyond these limits nothing is imported, and whoever made the schedule is told."
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <PercentField
            name="rejectedMax"
            label="Most rejected rows"
            hint="Of a hundred rows. Who is here already does not count."
            defaultValue={limits.rejectedMax}
            error={fields["limits.rejectedMax"]}
          />
          <PercentField
            name="rowsMin"
            label="Fewest rows"
            hint="Of a hundred rows last time. 0 for a file that holds only what is new."
            defaultValue={limits.rowsMin}
            error={fields["limits.rowsMin"]}
          />
        </div>
      </Section>
      <FormError>{problem?.message}</FormError>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <LinkButton href={home}>Cancel</LinkButton>
        <SubmitButton pending={create.isPending || update.isPending}>
          {schedule ? "Save schedule" : "Create schedule"}
        </SubmitButton>
      </div>
    </form>
  );
}

/** What is to become of the secret header: set, taken away (null), or left as it is (undefined). */
function secretHeaderOf(name: string, value: string, known: string | null) {
  if (value !== "") return { name, value };
  if (known === null || name === known) return undefined;
  return name === "" ? null : { name, value };
}
