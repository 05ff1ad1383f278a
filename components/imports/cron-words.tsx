/** How often something is done, as a person says it; `custom` is a cron expression of one's own. */
export type Rhythm =
  | { every: "hour"; minute: number }
  | { every: "day" | "weekday"; hour: number; minute: number }
  | { every: "week"; weekday: number; hour: number; minute: number }
  | { every: "month"; day: number; hour: number; minute: number }
  | { every: "custom"; cron: string };

export const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The cron expression of a rhythm: minute, hour, day of the month, month, day of the week. */
export function cronOf(rhythm: Rhythm): string {
  if (rhythm.every === "custom") return rhythm.cron;
  if (rhythm.every === "hour") return `${rhythm.minute} * * * *`;
  const time = `${rhythm.minute} ${rhythm.hour}`;
  if (rhythm.every === "day") return `${time} * * *`;
  if (rhythm.every === "week") return `${time} * * ${rhythm.weekday}`;
  return rhythm.every === "month" ? `${time} ${rhythm.day} * *` : `${time} * * 1-5`;
}

/** The rhythm that a cron expression stands for; `custom` where it is none of the usual ones. */
export function rhythmOf(cron: string): Rhythm {
  const [minutes = "", hours = "", days = "", months = "", weekday = "", ...more] = cron.trim().split(/\s+/);
  const custom: Rhythm = { every: "custom", cron };
  const isNumber = (text: string) => /^\d{1,2}$/.test(text);
  if (more.length > 0 || months !== "*" || !isNumber(minutes)) return custom;
  const minute = Number(minutes);
  if (hours === "*" && days === "*" && weekday === "*") return { every: "hour", minute };
  if (!isNumber(hours)) return custom;
  const hour = Number(hours);
  if (days === "*" && weekday === "*") return { every: "day", hour, minute };
  if (days === "*" && weekday === "1-5") return { every: "weekday", hour, minute };
  if (days === "*" && /^[0-7]$/.test(weekday))
    return { every: "week", weekday: Number(weekday) % 7, hour, minute };
  return isNumber(days) && weekday === "*" ? { every: "month", day: Number(days), hour, minute } : custom;
}

const clock = ({ hour, minute }: { hour: number; minute: number }) =>
  `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;

/** "Every Monday at 06:00". */
export function cronWords(cron: string): string {
  const rhythm = rhythmOf(cron);
  if (rhythm.every === "custom") return cron;
  if (rhythm.every === "hour") return `Every hour at minute ${rhythm.minute}`;
  const at = `at ${clock(rhythm)}`;
  if (rhythm.every === "day") return `Every day ${at}`;
  if (rhythm.every === "week") return `Every ${weekdays[rhythm.weekday]} ${at}`;
  return rhythm.every === "month" ? `On day ${rhythm.day} of each month ${at}` : `Monday to Friday ${at}`;
}
