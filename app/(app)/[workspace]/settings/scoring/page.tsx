import type { Metadata } from "next";
import { Suspense } from "react";
import { ScoreDistribution } from "#components/scoring/score-distribution";
import { ScoreState } from "#components/scoring/score-state";
import { ScoringEditor } from "#components/scoring/scoring-editor";
import { FormSkeleton } from "#components/settings/form-skeleton";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { Page } from "#components/ui/page";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Lead score" };

type Props = { params: Promise<{ workspace: string }> };

export default function ScoringPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<FormSkeleton />}>
        <Scoring params={params} />
      </Suspense>
    </Page>
  );
}

async function Scoring({ params }: Props) {
  const api = caller((await params).workspace);
  const [model, spread, vocabulary, { permissions, workspace }] = await Promise.all([
    api.scoring.current(),
    api.scoring.distribution(),
    api.segments.vocabulary(),
    api.workspaces.current(),
  ]);
  const editable = permissions.includes("workspace:settings");
  const blank = { decayEnabled: true, decayRate: 5, decayIntervalDays: 30, updatedAt: null };
  return (
    <>
      <p className="mb-4 text-muted">
        From 0 to 100: how ready a contact is to hear from sales. Segments, campaigns and exports can ask for
        it.
      </p>
      {model.id !== null && model.isActive && (
        <>
          <ScoreState
            recalculatedAt={model.recalculatedAt}
            refreshing={model.refreshing}
            wait={model}
            timeZone={workspace.timezone}
            editable={editable}
          />
          <ScoreDistribution spread={spread} />
        </>
      )}
      <ScoringEditor
        saved={model.id === null ? { ...blank, ...model } : model}
        vocabulary={vocabulary}
        editable={editable}
      />
    </>
  );
}
