import type { Metadata } from "next";
import { Suspense } from "react";
import { AddField } from "#components/custom-fields/field-dialog";
import { FieldTable } from "#components/custom-fields/field-table";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { AddVariable } from "#components/template-variables/variable-dialog";
import { VariableTable } from "#components/template-variables/variable-table";
import { Page } from "#components/ui/page";
import { Section } from "#components/ui/section";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Fields" };

type Props = { params: Promise<{ workspace: string }> };

export default function FieldsPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<TableSkeleton columns={4} />}>
        <Fields params={params} />
      </Suspense>
    </Page>
  );
}

async function Fields({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [fields, variables, { permissions }] = await Promise.all([
    api.customFields.list({ archived: true }),
    api.templateVariables.list(),
    api.workspaces.current(),
  ]);
  const editable = permissions.includes("workspace:settings");
  return (
    <>
      <Section title="Fields of contacts" action={editable && <AddField />} flush>
        <FieldTable fields={fields} editable={editable} />
      </Section>
      <Section
        title="Variables of mails"
        description="Words of the workspace that every mail may say, kept in one place."
        action={editable && <AddVariable />}
        flush
      >
        <VariableTable variables={variables} editable={editable} />
      </Section>
    </>
  );
}
