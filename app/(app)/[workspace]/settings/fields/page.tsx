import type { Metadata } from "next";
import { Suspense } from "react";
import { AddField } from "#components/custom-fields/field-dialog";
import { FieldTable } from "#components/custom-fields/field-table";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Fields" };

type Props = { params: Promise<{ workspace: string }> };

export default function FieldsPage({ params }: Props) {
  return (
    <Page
      title="Settings"
      tabs={<SettingsTabs />}
      width="narrow"
      action={
        <Suspense fallback={null}>
          <Add params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={4} />}>
        <Fields params={params} />
      </Suspense>
    </Page>
  );
}

async function Add({ params }: Props) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  return permissions.includes("workspace:settings") ? <AddField /> : null;
}

async function Fields({ params }: Props) {
  const { workspace } = await params;
  const api = caller(workspace);
  const [fields, { permissions }] = await Promise.all([
    api.customFields.list({ archived: true }),
    api.workspaces.current(),
  ]);
  return <FieldTable fields={fields} editable={permissions.includes("workspace:settings")} />;
}
