"use client";
import { useQuery } from "@tanstack/react-query";
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Callout } from "#components/ui/callout";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";
import { metricNames, share } from "./test-words.tsx";

type Days = RouterOutputs["abTests"]["days"];

const colours = ["var(--faint)", "var(--accent)", "var(--success)", "var(--warning)", "var(--danger)"];
const dayWords = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const labelOf = (date: string) => dayWords.format(new Date(`${date}T00:00:00Z`));

/** How the variants of a test have come along, day by day. */
export function VariantDays({ testId }: { testId: string }) {
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.abTests.days.queryOptions({ id: testId }));
  const problem = asProblem(error);
  if (problem)
    return (
      <div className="p-4">
        <Callout kind="danger" title="The days could not be read">
          {problem.message}
        </Callout>
      </div>
    );
  if (!data) return <Skeleton className="m-4 h-56" />;
  if (data.days.length === 0)
    return (
      <p className="px-4 py-6 text-muted sm:px-5">
        No day of this test is counted yet. Look again in an hour.
      </p>
    );
  return <Chart {...data} />;
}

function Chart({ metric, days }: Days) {
  const names = days[0]?.variants.map(({ name }) => name) ?? [];
  const points = days.map(({ date, variants }) => ({
    date,
    ...Object.fromEntries(
      variants.map(({ name, delivered, reached }) => [name, delivered === 0 ? null : reached / delivered]),
    ),
  }));
  return (
    <div className="px-4 pt-3 pb-4 sm:px-5">
      <p className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        <span>{metricNames[metric]} of the delivered, up to the end of each day:</span>
        {names.map((name, index) => (
          <span key={name} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2 rounded-full" style={{ background: colours[index] }} />
            {name}
          </span>
        ))}
      </p>
      {days.length > 1 && (
        <div aria-hidden className="h-52">
          <ResponsiveContainer width="100%" height="100%">
            <LineChart
              accessibilityLayer={false}
              data={points}
              margin={{ top: 4, right: 8, bottom: 0, left: -8 }}
            >
              <CartesianGrid vertical={false} stroke="var(--line)" />
              <XAxis
                dataKey="date"
                tickFormatter={labelOf}
                tick={{ fill: "var(--muted)", fontSize: 11 }}
                stroke="var(--line)"
                minTickGap={24}
              />
              <YAxis
                tickFormatter={(value: number) => share(value, 0)}
                tick={{ fill: "var(--muted)", fontSize: 11 }}
                stroke="var(--line)"
              />
              <Tooltip
                labelFormatter={(date) => (typeof date === "string" ? labelOf(date) : "")}
                formatter={(value) => (typeof value === "number" ? share(value) : "–")}
                contentStyle={{
                  background: "var(--raised)",
                  border: "1px solid var(--line)",
                  borderRadius: 8,
                  fontSize: 12,
                }}
              />
              {names.map((name, index) => (
                <Line
                  key={name}
                  dataKey={name}
                  name={`Variant ${name}`}
                  stroke={colours[index] ?? "var(--muted)"}
                  strokeWidth={1.75}
                  dot={days.length < 15 ? { r: 2.5 } : false}
                  isAnimationActive={false}
                />
              ))}
            </LineChart>
          </ResponsiveContainer>
        </div>
      )}
      <DayTable days={days} names={names} />
    </div>
  );
}

function DayTable({ days, names }: { days: Days["days"]; names: string[] }) {
  return (
    <div className="mt-3 max-h-72 overflow-auto rounded-md border text-xs">
      <table className="w-full text-right tabular-nums">
        <caption className="sr-only">Variants day by day</caption>
        <thead>
          <tr className="sticky top-0 bg-sunken text-muted">
            <th scope="col" className="px-3 py-1.5 text-left font-medium">
              Up to
            </th>
            {names.map((name) => (
              <th key={name} scope="col" className="px-3 py-1.5 font-medium whitespace-nowrap">
                Variant {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ date, variants }) => (
            <tr key={date} className="border-t">
              <th scope="row" className="px-3 py-1.5 text-left font-normal whitespace-nowrap">
                {labelOf(date)}
              </th>
              {variants.map(({ name, delivered, reached }) => (
                <td key={name} className="px-3 whitespace-nowrap">
                  {reached.toLocaleString("en")} of {delivered.toLocaleString("en")}{" "}
                  <span className="text-muted">{delivered === 0 ? "–" : share(reached / delivered)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
