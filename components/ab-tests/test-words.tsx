import type { TestDimension, TestMetric } from "#server/ab-tests/schema";

export const dimensionNames: Record<TestDimension, string> = {
  subject: "Subject and preview text",
  content: "Content",
  sender: "Sender",
  send_time: "Time of day",
};

export const metricNames: Record<TestMetric, string> = {
  open_rate: "Opens",
  click_rate: "Clicks",
  reply_rate: "Replies",
  conversion_rate: "Goals reached",
};

/** What of a hundred people usually do it, for reckoning with before there are numbers. */
export const usualRates: Record<TestMetric, number> = {
  open_rate: 0.25,
  click_rate: 0.03,
  reply_rate: 0.03,
  conversion_rate: 0.02,
};

export const fallbackNames = {
  control: "Variant A goes to the others",
  highest: "Whichever did best goes to the others",
} as const;

const minute = 1;
const hour = 60 * minute;
const day = 24 * hour;
export const durations = [
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  3 * day,
  7 * day,
  14 * day,
] as const;

/** `4 hours`, `2 days`. */
export function durationWords(minutes: number): string {
  const [count, unit] =
    minutes % day === 0
      ? [minutes / day, "day"]
      : minutes % hour === 0
        ? [minutes / hour, "hour"]
        : [minutes, "minute"];
  return `${count.toLocaleString("en")} ${unit}${count === 1 ? "" : "s"}`;
}

/** `12.4 %` */
export const share = (part: number, digits = 1): string => `${(100 * part).toFixed(digits)} %`;
