import type { HappeningsInput, PeriodMeasure } from "#server/analytics/schema";

type Which = {
  from: string;
  to: string;
  campaign?: HappeningsInput["campaign"];
  mailbox?: HappeningsInput["mailbox"];
};

/** Where that is listed which a number of a period counts. */
export function happeningsHref(
  workspace: string,
  is: PeriodMeasure,
  { from, to, campaign, mailbox }: Which,
): string {
  const query = new URLSearchParams({
    is,
    from,
    to,
    ...(campaign && { campaign }),
    ...(mailbox && { mailbox }),
  });
  return `/${workspace}/analytics/messages?${query.toString()}`;
}
