import { Badge, type Tone } from "#components/ui/badge";
import type { ScoreTier } from "#server/scoring/schema";

export const tierLabels: Record<ScoreTier, string> = {
  cold: "Cold",
  nurture: "Nurture",
  mql: "Marketing-qualified",
  sql: "Sales-qualified",
};
const tones: Record<ScoreTier, Tone> = { cold: "neutral", nurture: "info", mql: "accent", sql: "success" };

export function TierBadge({ tier }: { tier: ScoreTier }) {
  return (
    <Badge tone={tones[tier]} dot>
      {tierLabels[tier]}
    </Badge>
  );
}
