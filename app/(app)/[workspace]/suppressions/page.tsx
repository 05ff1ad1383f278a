import type { Metadata } from "next";
import { Suspense } from "react";
import { AddSuppressions } from "#components/suppressions/add-suppressions";
import { SuppressionTable } from "#components/suppressions/suppression-table";
import { LinkButton } from "#components/ui/link-button";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";
import { suppressionListInput } from "#server/suppressions/schema";

export const metadata: Metadata = { title: "Suppressions" };

type Props = {
  params: Promise<{ workspace: string }>;
  searchParams: Promise<Record<string, string | string[]>>;
};

export default function SuppressionsPage({ params, searchParams }: Props) {
  return (
    <Page
      title="Suppressions"
      description="Addresses and domains that get no mail, whatever list they are on."
      action={
        <Suspense fallback={null}>
          <Actions params={params} />
        </Suspense>
      }
    >
      <Suspense fallback={<TableSkeleton columns={5} />}>
        <Suppressions params={params} searchParams={searchParams} />
      </Suspense>
    </Page>
  );
}

async function Actions({ params }: Pick<Props, "params">) {
  const { workspace } = await params;
  const { permissions } = await caller(workspace).workspaces.current();
  return (
    <>
      {permissions.includes("contacts:export") && (
        <LinkButton href={`/${workspace}/suppressions/suppressions.csv`} prefetch={false} variant="ghost">
          Download CSV
        </LinkButton>
      )}
      {permissions.includes("contacts:write") && (
        <AddSuppressions wholeOrganization={permissions.includes("organization:settings")} />
      )}
    </>
  );
}

async function Suppressions({ params, searchParams }: Props) {
  const { workspace } = await params;
  const view = suppressionListInput.parse(await searchParams);
  const api = caller(workspace);
  const [page, current] = await Promise.all([api.suppressions.list(view), api.workspaces.current()]);
  return (
    <SuppressionTable
      view={view}
      page={page}
      permissions={current.permissions}
      timeZone={current.workspace.timezone}
    />
  );
}
