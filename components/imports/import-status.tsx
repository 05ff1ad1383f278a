const labels: Record<string, string> = {
  pending: "Being set up",
  fetching: "Being fetched",
  validating: "Being checked",
  awaiting_confirmation: "Waits for you",
  processing: "Importing",
  rolling_back: "Being undone",
  rolled_back: "Undone",
};

/** A status as a person reads it; the others read as they are written. */
export const importStatusLabel = (status: string): string | undefined => labels[status];

/** True while something happens without anybody's doing, so that a page looks again. */
export const isMoving = (status: string) =>
  ["fetching", "validating", "processing", "rolling_back"].includes(status);

export const count = (value: number) => value.toLocaleString("en");

export const contacts = (value: number) => (value === 1 ? "1 contact" : `${count(value)} contacts`);
