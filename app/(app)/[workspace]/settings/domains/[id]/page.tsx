import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { BlockLists } from "#components/domains/block-lists";
import { CheckAgain } from "#components/domains/check-again";
import { DomainAdvice } from "#components/domains/domain-advice";
import { DomainKey } from "#components/domains/domain-key";
import { DomainState } from "#components/domains/domain-state";
import { RecordCard } from "#components/domains/record-card";
import { RemoveDomain } from "#components/domains/remove-domain";
import { DateTime } from "#components/ui/date-time";
import { Page } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";
import { domainIdInput } from "#server/domains/schema";

export const metadata: Metadata = { title: "Domain" };

type Props = { params: Promise<{ workspace: string; id: string }> };

export default function DomainPage({ params }: Props) {
  return (
    <Suspense
      fallback={
        <Page title="Domain" width="narrow">
          <Skeleton className="h-96 w-full" />
        </Page>
      }
    >
      <Domain params={params} />
    </Suspense>
  );
}

async function Domain({ params }: Props) {
  const { workspace, id } = await params;
  if (!domainIdInput.safeParse({ id }).success) notFound();
  const api = caller(workspace);
  const [domain, current] = await Promise.all([api.domains.byId({ id }), api.workspaces.current()]);
  const editable = current.permissions.includes("mailboxes:write");
  const timeZone = current.workspace.timezone;
  return (
    <Page
      title={domain.domain}
      width="narrow"
      breadcrumbs={[{ label: "Domains", href: "settings/domains" }]}
      badge={<DomainState status={domain.status} />}
      description={
        <>
          Last checked <DateTime at={domain.lastCheckedAt} timeZone={timeZone} empty="never" />
        </>
      }
      action={
        editable && (
          <>
            <RemoveDomain domain={domain} />
            <CheckAgain id={id} first={domain.lastCheckedAt === null} />
          </>
        )
      }
    >
      <DomainAdvice domain={domain} />
      {domain.records.map((record) => (
        <RecordCard key={record.kind} record={record} />
      ))}
      <BlockLists lists={domain.blockLists} timeZone={timeZone} />
      <DomainKey domain={domain} editable={editable} timeZone={timeZone} />
    </Page>
  );
}
