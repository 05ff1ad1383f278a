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
import type { RouterOutputs } from "#server/router";

const series = [
  { key: "sent", label: "Sent", colour: "var(--faint)" },
  { key: "opened", label: "Opened", colour: "var(--accent)" },
  { key: "clicked", label: "Clicked", colour: "var(--success)" },
  { key: "unsubscribed", label: "Unsubscribed", colour: "var(--danger)" },
] as const;

/** Fewer days are bars: a line of one point is a dot. */
const lineDaysMin = 4;

/** Lines or bars for the eye, and the same numbers as a table for everybody else. */
export function DailyChart({ days }: { days: RouterOutputs["analytics"]["daily"] }) {
  if (days.length === 0)
    return (
      <p className="py-8 text-center text-muted">Each day has its numbers here, from the first email on.</p>
    );
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
            data={days}
            margin={{ top: 4, right: 8, bottom: 0, left: -20 }}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="day"
              tickFormatter={shortDay}
              tick={{ fill: "var(--muted)", fontSize: 11 }}
              stroke="var(--line)"
              minTickGap={24}
            />
            <YAxis allowDecimals={false} tick={{ fill: "var(--muted)", fontSize: 11 }} stroke="var(--line)" />
            <Tooltip
              labelFormatter={(day) => (typeof day === "string" ? shortDay(day) : "")}
              contentStyle={{
                background: "var(--raised)",
                border: "1px solid var(--line)",
                borderRadius: 8,
                fontSize: 12,
              }}
            />
            {series.map(({ key, label, colour }) =>
              days.length < lineDaysMin ? (
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
                  dot={days.length < 15 ? { r: 2.5 } : false}
                  isAnimationActive={false}
                />
              ),
            )}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <table className="sr-only">
        <caption>Numbers by day</caption>
        <thead>
          <tr>
            <th>Day</th>
            {series.map(({ key, label }) => (
              <th key={key}>{label}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.day}>
              <th>{day.day}</th>
              {series.map(({ key }) => (
                <td key={key}>{day[key]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const shortDay = (day: string) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
