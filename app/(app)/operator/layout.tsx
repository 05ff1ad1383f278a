import type { ReactNode } from "react";
import { OperatorFrame } from "#components/runs/operator-frame";
import { RunsElsewhere } from "#components/runs/runs-elsewhere";
import { caller } from "#server/caller";

// It awaits before anything is sent: to whoever does not operate the installation these pages are not there.
export default async function OperatorLayout({ children }: { children: ReactNode }) {
  const place = await caller(null).runs.place();
  return (
    <OperatorFrame>{place.embedded ? children : <RunsElsewhere dashboard={place.dashboard} />}</OperatorFrame>
  );
}
