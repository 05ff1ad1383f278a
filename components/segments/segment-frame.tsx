import type { ReactNode } from "react";
import { ExportButton } from "#components/exports/export-button";
import { JobWaitCallout } from "#components/jobs/job-wait";
import { Badge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { Page } from "#components/ui/page";
import { Tabs } from "#components/ui/tabs";
import type { RouterOutputs } from "#server/router";
import { RefreshSegment } from "./refresh-segment.tsx";
import { SegmentMenu } from "./segment-menu.tsx";
import { UnreadableRules } from "./unreadable-rules.tsx";
import { UsedBy } from "./used-by.tsx";

type Props = {
  workspace: string;
  segment: RouterOutputs["segments"]["byId"];
  permissions: RouterOutputs["workspaces"]["current"]["permissions"];
  timeZone: string;
  children: ReactNode;
};

/** What the pages of one segment share: its name, what can be done with it, and what uses it. */
export function SegmentFrame({ workspace, segment, permissions, timeZone, children }: Props) {
  const editable = permissions.includes("segments:write");
  const { unreadable } = segment;
  const at = `/${workspace}/segments/${segment.id}`;
  return (
    <Page
      title={segment.name}
      breadcrumbs={[{ label: "Segments", href: `/${workspace}/segments` }]}
      description={segment.description}
      badge={segment.problem || unreadable.length > 0 ? <Badge tone="warning">Not counted</Badge> : undefined}
      action={
        <>
          {permissions.includes("contacts:export") && (
            <ExportButton workspace={workspace} segmentId={segment.id} />
          )}
          {editable && <RefreshSegment id={segment.id} refreshing={segment.refreshing} />}
          {editable && <SegmentMenu workspace={workspace} id={segment.id} name={segment.name} />}
        </>
      }
      tabs={
        <Tabs
          label="Segment"
          tabs={[
            { label: "Rules", href: at },
            { label: "Members", href: `${at}/members` },
          ]}
        />
      }
    >
      {unreadable.length > 0 ? (
        <UnreadableRules sentences={unreadable} editable={editable} />
      ) : (
        segment.problem && (
          <Callout kind="warning" title="Its members could not be worked out" className="mb-4">
            {segment.problem}
          </Callout>
        )
      )}
      <JobWaitCallout job={segment} timeZone={timeZone} className="mb-4" />
      <UsedBy workspace={workspace} uses={segment.uses} />
      {children}
    </Page>
  );
}
