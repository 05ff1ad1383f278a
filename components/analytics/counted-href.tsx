import type { MessagesInput } from "#server/analytics/schema";

type Which = Pick<MessagesInput, "is"> & { stepId?: string; variantId?: string; goalId?: string };

/** Where the messages are listed that a number of a campaign counts. */
export function countedHref(
  workspace: string,
  campaignId: string,
  { is, stepId, variantId, goalId }: Which,
): string {
  const query = new URLSearchParams({
    is,
    ...(stepId && { stepId }),
    ...(variantId && { variantId }),
    ...(goalId && { goalId }),
  });
  return `/${workspace}/campaigns/${campaignId}/messages?${query.toString()}`;
}
