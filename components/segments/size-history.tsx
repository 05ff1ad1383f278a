import type { RouterOutputs } from "#server/router";

type Sizes = RouterOutputs["segments"]["sizes"];

const width = 240;
const height = 40;

/** The size of a segment over the last days, as a line; nothing until there are two days. */
export function SizeHistory({ sizes }: { sizes: Sizes }) {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (!first || !last || sizes.length < 2) return null;
  const most = Math.max(1, ...sizes.map(({ count }) => count));
  const points = sizes.map(
    ({ count }, index) =>
      `${((index / (sizes.length - 1)) * width).toFixed(1)},${(height - (count / most) * (height - 4) - 2).toFixed(1)}`,
  );
  const change = last.count - first.count;
  const words = `${change >= 0 ? "+" : "−"}${Math.abs(change).toLocaleString("en")} since ${first.day}`;
  return (
    <figure className="min-w-0">
      <svg
        role="img"
        aria-label={`Size by day: ${words}`}
        viewBox={`0 0 ${width} ${height}`}
        className="h-10 w-full max-w-60 text-accent"
        preserveAspectRatio="none"
      >
        <polyline
          points={points.join(" ")}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <figcaption className="text-xs text-muted tabular-nums">{words}</figcaption>
    </figure>
  );
}
