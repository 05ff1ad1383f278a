import type { RouterOutputs } from "#server/router";

export type Limit = RouterOutputs["sendingLimits"]["list"]["limits"][number];

/** What a limit is for, as a person would say it. */
export function limitWords({ kind, domain }: Pick<Limit, "kind" | "domain">): string {
  if (kind === "workspace") return "The whole workspace";
  if (kind === "domain") return `All mailboxes of ${domain}`;
  return domain === "*" ? "To any one company" : `To addresses of ${domain}`;
}
