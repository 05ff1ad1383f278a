"use client";
import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { useId } from "react";
import { happeningsHref } from "./happenings-href.tsx";
import { NumberLink } from "./number-link.tsx";

const series = [
  { key: "sent", is: "sent", label: "Sent", colour: "var(--faint)" },
  { key: "opened", is: "opened", label: "Opened by people", colour: "var(--accent)" },
  {
    key: "machineOpens",
    is: "machineOpened",
    label: "Automatic opens",
    colour: "var(--line-strong)",
    dashed: true,
  },
  { key: "clicked", is: "clicked", label: "Clicked", colour: "var(--success)" },
  { key: "replied", is: "replied", label: "Replied", colour: "var(--warning)" },
  { key: "unsubscribed", is: "unsubscribed", label: "Unsubscribed", colour: "var(--danger)" },
] as const;

/** One stretch of time: a day `2026-03-29`, a week or month by its first day, or an hour `2026-03-29T14:00`. */
type Bucket = { at: string } & Record<(typeof series)[number]["key"], number>;

/** Fewer are bars: a line of one point is a dot. */
const linePointsMin = 4;

/** What the numbers are of: where what they count is listed. `from` and `to` are the days of the whole chart. */
type Source = { workspace: string; campaign?: string; from?: string; to?: string };
type Props = {
  buckets: Bucket[];
  unit: "hour" | "day" | "week" | "month";
  caption: string;
  source: Source;
};

/** Lines or bars for the eye, and the same numbers as a table for everybody else. */
export function TimelineChart({ buckets, unit, caption, source }: Props) {
  const table = useId();
  const heads = { hour: "Hour", day: "Day", week: "Week of", month: "Month" };
  return (
    <>
      <ul aria-hidden className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        {series.map(({ key, label, colour }) => (
          <li key={key} className="flex items-center gap-1.5">
            <span className="size-2 rounded-full" style={{ background: colour }} />
            {label}
          </li>
        ))}
      </ul>
      <div aria-hidden className="h-56">
        <ResponsiveContainer width="100%" height="100%">
          <ComposedChart
            accessibilityLayer={false}
            data={buckets}
            margin={{ top: 4, right: 8, bottom: 0, left: -20 }}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="at"
              tickFormatter={(at: string) => labelOf(at, unit)}
              tick={{ fill: "var(--muted)", fontSize: 11 }}
              stroke="var(--line)"
              minTickGap={24}
            />
            <YAxis allowDecimals={false} tick={{ fill: "var(--muted)", fontSize: 11 }} stroke="var(--line)" />
            <Tooltip
              labelFormatter={(at) => (typeof at === "string" ? labelOf(at, unit) : "")}
              contentStyle={{
                background: "var(--raised)",
                border: "1px solid var(--line)",
                borderRadius: 8,
                fontSize: 12,
              }}
            />
            {series.map(({ key, label, colour, ...look }) =>
              buckets.length < linePointsMin ? (
                <Bar
                  key={key}
                  dataKey={key}
                  name={label}
                  fill={colour}
                  maxBarSize={36}
                  radius={[3, 3, 0, 0]}
                  isAnimationActive={false}
                />
              ) : (
                <Line
                  key={key}
                  dataKey={key}
                  name={label}
                  stroke={colour}
                  strokeWidth={1.75}
                  strokeDasharray={"dashed" in look ? "4 3" : undefined}
                  dot={buckets.length < 15 ? { r: 2.5 } : false}
                  isAnimationActive={false}
                />
              ),
            )}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <details className="mt-2 text-xs">
        <summary className="w-fit cursor-pointer text-muted hover:text-ink" aria-controls={table}>
          As a table
        </summary>
        <div id={table} className="mt-2 max-h-72 overflow-auto rounded-md border">
          <table className="w-full text-right tabular-nums">
            <caption className="sr-only">{caption}</caption>
            <thead>
              <tr className="sticky top-0 bg-sunken text-muted">
                <th scope="col" className="px-3 py-1.5 text-left font-medium">
                  {heads[unit]}
                </th>
                {series.map(({ key, label }) => (
                  <th key={key} scope="col" className="px-3 py-1.5 font-medium whitespace-nowrap">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {buckets.toReversed().map((bucket) => (
                <tr key={bucket.at} className="border-t">
                  <th scope="row" className="px-3 py-1.5 text-left font-normal whitespace-nowrap">
                    {labelOf(bucket.at, unit)}
                  </th>
                  {series.map(({ key, is, label }) => (
                    <td key={key} className={bucket[key] === 0 ? "px-3 text-faint" : "px-3"}>
                      {unit === "hour" ? (
                        bucket[key].toLocaleString("en")
                      ) : (
                        <NumberLink
                          value={bucket[key]}
                          href={happeningsHref(source.workspace, is, {
                            ...daysOf(bucket.at, unit, source),
                            campaign: source.campaign,
                          })}
                          label={`${label.toLowerCase()}, ${labelOf(bucket.at, unit)}`}
                        />
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

/** The days of a bucket that are days of the chart: its first week may begin before it. */
function daysOf(at: string, unit: Exclude<Props["unit"], "hour">, { from, to }: Source) {
  const first = new Date(`${at.slice(0, 10)}T00:00:00Z`);
  const last = new Date(first);
  if (unit === "week") last.setUTCDate(last.getUTCDate() + 6);
  if (unit === "month") last.setUTCMonth(last.getUTCMonth() + 1, 0);
  const [begin, end] = [first, last].map((day) => day.toISOString().slice(0, 10)) as [string, string];
  return { from: from && from > begin ? from : begin, to: to && to < end ? to : end };
}

/** The wall clock as it is given: nothing is shifted by the browser's own zone. */
function labelOf(at: string, unit: Props["unit"]): string {
  const moment = new Date(`${at.slice(0, 10)}T${at.slice(11) || "00:00"}:00Z`);
  const day = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  if (unit === "month")
    return new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" }).format(
      moment,
    );
  return new Intl.DateTimeFormat(
    "en-GB",
    unit === "hour" ? { ...day, hour: "2-digit", minute: "2-digit" } : day,
  ).format(moment);
}
