"use client";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "next/navigation";
import { useId } from "react";
import { NameSelect } from "#components/segments/name-select";
import { TagSuggestions } from "#components/segments/tag-suggestions";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import { blankActions, type Action, type ActionType, type StepContent } from "#server/campaigns/schema";
import { FieldSetter } from "./field-setter.tsx";
import { BackFields, ScoreFields, SnoozeFields } from "./contact-action-fields.tsx";
import type { EditorProps } from "./step-editor.tsx";
import { NotifyFields, OwnerFields, TaskFields } from "./team-action-fields.tsx";
import type { Campaign, Step } from "./use-campaign-edits.tsx";
import { WebhookFields } from "./webhook-fields.tsx";
import { WebhookReport } from "./webhook-report.tsx";

type Content = Extract<StepContent, { type: "action" }>;

const groups: { label: string; actions: [ActionType, string][] }[] = [
  {
    label: "Tags",
    actions: [
      ["add_tag", "Add a tag"],
      ["remove_tag", "Remove a tag"],
    ],
  },
  {
    label: "Lists",
    actions: [
      ["add_to_list", "Put on a list"],
      ["remove_from_list", "Take off a list"],
    ],
  },
  {
    label: "Contact",
    actions: [
      ["update_field", "Set a field"],
      ["adjust_score", "Change the score"],
      ["snooze", "Write no mail for a while"],
      ["unsubscribe", "Unsubscribe"],
    ],
  },
  {
    label: "Team",
    actions: [
      ["notify", "Tell somebody"],
      ["create_task", "Create a task"],
      ["assign_owner", "Set the owner"],
    ],
  },
  { label: "Other systems", actions: [["webhook", "Call a webhook"]] },
  {
    label: "Campaigns",
    actions: [
      ["exit", "End here"],
      ["go_to_step", "Go back to a step"],
      ["add_to_campaign", "Add to another campaign"],
      ["move_to_campaign", "Move to another campaign"],
      ["remove_from_campaign", "Take out of another campaign"],
    ],
  },
];

type Props = EditorProps<Content> & { step: Step; campaign: Campaign };

export function ActionEditor({ content, onChange, disabled, step, campaign }: Props) {
  const { action } = content;
  const set = (next: Action) => onChange({ ...content, action: next });
  return (
    <fieldset disabled={disabled} className="space-y-4">
      <Field name="action" label="What to do">
        {(control) => (
          <Select
            {...control}
            value={action.type}
            onChange={(event) => set(blankActions[event.target.value as ActionType])}
          >
            {groups.map(({ label, actions }) => (
              <optgroup key={label} label={label}>
                {actions.map(([type, words]) => (
                  <option key={type} value={type}>
                    {words}
                  </option>
                ))}
              </optgroup>
            ))}
          </Select>
        )}
      </Field>
      <ActionFields
        key={action.type}
        action={action}
        onChange={set}
        disabled={disabled}
        step={step}
        campaign={campaign}
      />
      {action.type === "webhook" && campaign.launchedAt !== null && <WebhookReport stepId={step.id} />}
    </fieldset>
  );
}

type FieldsProps = {
  action: Action;
  onChange: (action: Action) => void;
  disabled: boolean;
  step: Step;
  campaign: Campaign;
};

function ActionFields({ action, onChange, disabled, step, campaign }: FieldsProps) {
  switch (action.type) {
    case "add_tag":
      return (
        <TagField
          tag={action.tag}
          hint="A new tag is made when the first contact gets it."
          onChange={(tag) => onChange({ type: "add_tag", tag })}
        />
      );
    case "remove_tag":
      return <TagField tag={action.tag} onChange={(tag) => onChange({ type: "remove_tag", tag })} />;
    case "add_to_list":
    case "remove_from_list":
      return (
        <ListField listId={action.listId} onChange={(listId) => onChange({ type: action.type, listId })} />
      );
    case "update_field":
      return <FieldSetter action={action} onChange={onChange} />;
    case "add_to_campaign":
    case "move_to_campaign":
    case "remove_from_campaign":
      return (
        <CampaignField
          campaignId={action.campaignId}
          hint={
            action.type === "remove_from_campaign"
              ? "Whoever is on the way in it leaves it there and then."
              : "Its own rules say who may come in: exclusions, suppression, and whether somebody may come again."
          }
          onChange={(campaignId) => onChange({ type: action.type, campaignId })}
        />
      );
    case "adjust_score":
      return <ScoreFields action={action} onChange={onChange} />;
    case "snooze":
      return <SnoozeFields action={action} onChange={onChange} />;
    case "notify":
      return <NotifyFields action={action} onChange={onChange} />;
    case "create_task":
      return <TaskFields action={action} onChange={onChange} />;
    case "assign_owner":
      return <OwnerFields action={action} onChange={onChange} />;
    case "go_to_step":
      return <BackFields action={action} onChange={onChange} step={step} campaign={campaign} />;
    case "webhook":
      return <WebhookFields action={action} onChange={onChange} disabled={disabled} />;
    case "unsubscribe":
      return (
        <p className="text-muted">
          The contact is unsubscribed as if they had asked for it: they leave every campaign of this workspace
          and get no more mail from it.
        </p>
      );
    case "exit":
      return (
        <p className="text-muted">The contact leaves the campaign here and gets nothing more from it.</p>
      );
  }
}

type CampaignProps = { campaignId: string; hint: string; onChange: (campaignId: string) => void };

function CampaignField({ campaignId, hint, onChange }: CampaignProps) {
  const trpc = useTRPC();
  const { id: own } = useParams<{ id: string }>();
  const vocabulary = useQuery(trpc.segments.vocabulary.queryOptions());
  const campaigns = vocabulary.data?.campaigns.flatMap(({ id, name }) =>
    id === own ? [] : [{ value: id, label: name }],
  );
  const none = campaigns?.length === 0;
  return (
    <Field
      name="campaignId"
      label="Campaign"
      error={asProblem(vocabulary.error)?.message}
      hint={none ? "No other campaign has been launched yet." : hint}
    >
      {(control) => (
        <NameSelect
          {...control}
          kind="campaign"
          held={campaigns}
          none="Choose a campaign…"
          value={campaignId}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

function ListField({ listId, onChange }: { listId: string; onChange: (listId: string) => void }) {
  const trpc = useTRPC();
  const choices = useQuery(trpc.campaigns.audienceChoices.queryOptions());
  const lists = choices.data?.flatMap(({ id: value, name: label, kind }) =>
    kind === "list" ? [{ value, label }] : [],
  );
  return (
    <Field
      name="listId"
      label="List"
      error={asProblem(choices.error)?.message}
      hint={lists?.length === 0 ? "There is no list yet: make one under Lists first." : undefined}
    >
      {(control) => (
        <NameSelect
          {...control}
          kind="list"
          held={lists}
          none="Choose a list…"
          value={listId}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

type TagProps = { tag: string; hint?: string; onChange: (tag: string) => void };

function TagField({ tag, hint, onChange }: TagProps) {
  const list = useId();
  return (
    <Field name="tag" label="Tag" hint={hint}>
      {(control) => (
        <>
          <Input
            {...control}
            list={list}
            maxLength={60}
            defaultValue={tag}
            onChange={(event) => onChange(event.target.value)}
          />
          <TagSuggestions id={list} typed={tag} />
        </>
      )}
    </Field>
  );
}
