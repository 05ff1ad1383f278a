"use client";
import { useMutation } from "@tanstack/react-query";
import { FlaskConical, Megaphone, Workflow, Zap } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Field } from "#components/ui/field";
import { FormError } from "#components/ui/form-error";
import { formValues } from "#components/ui/form-values";
import { RadioCards } from "#components/ui/radio-cards";
import { SubmitButton } from "#components/ui/submit-button";
import { campaignTypes, type CampaignType } from "#server/campaigns/schema";
import type { RouterOutputs } from "#server/router";
import { TemplateChoice } from "./template-choice.tsx";

type Template = RouterOutputs["campaignTemplates"]["list"][number];

export function CampaignForm({ workspace, templates }: { workspace: string; templates: Template[] }) {
  const trpc = useTRPC();
  const router = useRouter();
  const onSuccess = ({ id }: { id: string }) => router.push(`/${workspace}/campaigns/${id}/edit`);
  const create = useMutation(trpc.campaigns.create.mutationOptions({ onSuccess }));
  const use = useMutation(trpc.campaignTemplates.use.mutationOptions({ onSuccess }));
  const [templateId, setTemplateId] = useState("");
  const template = templates.find(({ id }) => id === templateId);
  const problem = asProblem(template ? use.error : create.error);
  return (
    <form
      noValidate
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        const { name, type } = formValues(event.currentTarget, "name", "type");
        if (template) return use.mutate({ id: template.id, name });
        create.mutate({
          name,
          type: campaignTypes.find((each): each is CampaignType => each === type) ?? "broadcast",
        });
      }}
    >
      <Field
        name="name"
        label="Name"
        hint="Only you and your team see it."
        error={problem?.fields.name}
        autoFocus
        maxLength={255}
      />
      {templates.length > 0 && (
        <TemplateChoice templates={templates} chosen={template} onChoose={setTemplateId} />
      )}
      {!template && (
        <RadioCards
          name="type"
          legend="Kind"
          defaultValue="drip"
          options={[
            {
              value: "drip",
              label: "Drip",
              icon: <Workflow />,
              hint: "A series over days or weeks that branches on what people do.",
            },
            {
              value: "broadcast",
              label: "Broadcast",
              icon: <Megaphone />,
              hint: "One email to everybody in the audience: news, an invitation.",
            },
            {
              value: "ab_test",
              label: "A/B test",
              icon: <FlaskConical />,
              hint: "Two to five versions of an email go to some first, the best one to everybody else.",
            },
            {
              value: "triggered",
              label: "Triggered",
              icon: <Zap />,
              hint: "Starts for each contact when something happens: a tag, a segment, an event of your shop.",
            },
          ]}
        />
      )}
      <FormError>{problem && !problem.fields.name ? problem.message : null}</FormError>
      <SubmitButton pending={create.isPending || create.isSuccess || use.isPending || use.isSuccess}>
        Create campaign
      </SubmitButton>
    </form>
  );
}
