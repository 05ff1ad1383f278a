"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/trpc/client";
import { Checkbox } from "#components/ui/checkbox";
import { Chips } from "#components/ui/chips";
import { Combobox } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";
import { Textarea } from "#components/ui/textarea";
import type { Action } from "#server/campaigns/schema";

type Of<Type extends Action["type"]> = Extract<Action, { type: Type }>;
type Props<Type extends Action["type"]> = { action: Of<Type>; onChange: (action: Action) => void };

function useMembers() {
  const trpc = useTRPC();
  return useQuery(trpc.members.list.queryOptions());
}

type Addressed = Of<"notify"> | Of<"create_task">;
type AddresseeProps = { label: string; action: Addressed; onChange: (action: Addressed) => void };

/** The contact's owner, or one member. */
function Addressee({ label, action, onChange }: AddresseeProps) {
  const members = useMembers();
  const known = members.data?.some(({ userId }) => userId === action.userId) ?? true;
  return (
    <Field
      name="userId"
      label={label}
      error={members.error ? `The members could not be loaded. ${members.error.message}` : undefined}
      hint={action.to === "owner" ? "Of a contact without an owner: who launched the campaign." : undefined}
    >
      {(control) => (
        <Select
          {...control}
          value={action.to === "owner" ? "owner" : action.userId}
          onChange={({ target }) =>
            onChange(
              target.value === "owner"
                ? { ...action, to: "owner", userId: "" }
                : { ...action, to: "member", userId: target.value },
            )
          }
        >
          <option value="owner">The contact’s owner</option>
          {action.to === "member" && action.userId === "" && <option value="">Choose somebody…</option>}
          {members.data?.map(({ userId, name, email }) => (
            <option key={userId} value={userId}>
              {name || email}
            </option>
          ))}
          {action.to === "member" && action.userId !== "" && !known && (
            <option value={action.userId}>Somebody who is no member any more</option>
          )}
        </Select>
      )}
    </Field>
  );
}

export function NotifyFields({ action, onChange }: Props<"notify">) {
  return (
    <div className="space-y-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <Addressee label="Whom to tell" action={action} onChange={onChange} />
        <Field name="channel" label="How">
          {(control) => (
            <Select
              {...control}
              value={action.channel}
              onChange={({ target }) =>
                onChange({ ...action, channel: target.value as Of<"notify">["channel"] })
              }
            >
              <option value="in_app">In Postroad</option>
              <option value="email">By email</option>
              <option value="both">Both</option>
            </Select>
          )}
        </Field>
      </div>
      <Field
        name="message"
        label="Message"
        maxLength={300}
        placeholder="Opened three emails: give them a call"
        autoComplete="off"
        defaultValue={action.message}
        hint="The name stands before it. Contacts who come by together are told of together."
        onChange={({ target }) => onChange({ ...action, message: target.value })}
      />
    </div>
  );
}

export function TaskFields({ action, onChange }: Props<"create_task">) {
  return (
    <div className="space-y-4">
      <Field
        name="title"
        label="What is to be done"
        maxLength={200}
        placeholder="Call them"
        autoComplete="off"
        defaultValue={action.title}
        onChange={({ target }) => onChange({ ...action, title: target.value })}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Addressee label="Who does it" action={action} onChange={onChange} />
        <Field
          name="dueInDays"
          type="number"
          label="Due in how many days"
          aside="Optional"
          min={0}
          max={365}
          defaultValue={action.dueInDays ?? ""}
          hint="0 is the day on which they come by. Empty: whenever."
          onChange={({ target }) =>
            onChange({ ...action, dueInDays: target.value === "" ? null : target.valueAsNumber })
          }
        />
      </div>
      <Field name="note" label="Note" aside="Optional">
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            maxLength={2000}
            defaultValue={action.note}
            onChange={({ target }) => onChange({ ...action, note: target.value })}
          />
        )}
      </Field>
    </div>
  );
}

export function OwnerFields({ action, onChange }: Props<"assign_owner">) {
  const members = useMembers();
  const people = members.data ?? [];
  const nameOf = (id: string) => {
    const found = people.find(({ userId }) => userId === id);
    return found ? found.name || found.email : "No member any more";
  };
  const others = people.filter(({ userId }) => !action.userIds.includes(userId));
  return (
    <div className="space-y-3">
      <p className="font-medium">Owner</p>
      {members.error && (
        <p className="text-xs text-danger">The members could not be loaded. {members.error.message}</p>
      )}
      {members.data && (
        <Chips
          label="Owner"
          items={action.userIds.map((id) => ({ value: id, label: nameOf(id) }))}
          onRemove={(id) => onChange({ ...action, userIds: action.userIds.filter((each) => each !== id) })}
        />
      )}
      {others.length > 0 && (
        <Combobox
          value=""
          aria-label="Add an owner"
          options={others.map(({ userId, name, email }) => ({ value: userId, label: name, hint: email }))}
          placeholder={action.userIds.length === 0 ? "Choose somebody" : "Somebody else too, in turn"}
          onChange={(id) => onChange({ ...action, userIds: [...action.userIds, id] })}
          className="sm:max-w-xs"
        />
      )}
      {action.userIds.length > 1 && (
        <p className="text-xs text-muted">They take turns: every contact gets the next one.</p>
      )}
      <Checkbox
        label="Only contacts without an owner"
        checked={action.onlyIfNone}
        onChange={({ target }) => onChange({ ...action, onlyIfNone: target.checked })}
      />
    </div>
  );
}
