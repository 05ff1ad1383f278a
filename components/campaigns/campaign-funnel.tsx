import type { Live } from "./live-view.tsx";
import { percent } from "./percent.tsx";

const stages = [
  { key: "sent", label: "Sent" },
  { key: "delivered", label: "Delivered" },
  { key: "opened", label: "Opened" },
  { key: "clicked", label: "Clicked" },
] as const;

export function CampaignFunnel({ numbers }: Pick<Live, "numbers">) {
  const rest = [
    { label: "Bounced", value: numbers.bounced },
    { label: "Failed", value: numbers.failed },
    { label: "Unknown", value: numbers.unknown },
    { label: "Replied", value: numbers.replied },
  ].filter(({ value }) => value > 0);
  return (
    <>
      <dl className="space-y-3">
        {stages.map(({ key, label }) => (
          <div key={key} className="grid grid-cols-[1fr_auto] gap-x-3">
            <dt>{label}</dt>
            <dd className="tabular-nums">
              {numbers[key].toLocaleString("en")}{" "}
              <span className="text-muted">{key === "sent" ? "" : percent(numbers[key], numbers.sent)}</span>
            </dd>
            <dd aria-hidden className="col-span-2 mt-1 h-2 overflow-hidden rounded-full bg-selected">
              <div
                className="h-full rounded-full bg-accent transition-[width] duration-500"
                style={{ width: `${numbers.sent === 0 ? 0 : (numbers[key] / numbers.sent) * 100}%` }}
              />
            </dd>
          </div>
        ))}
      </dl>
      {rest.length > 0 && (
        <p className="mt-4 text-xs text-muted">
          {rest.map(({ label, value }) => `${label} ${value.toLocaleString("en")}`).join(" · ")}
        </p>
      )}
    </>
  );
}
