import type { InngestFunction } from "inngest";

/** Every function of the product, in the order of the dashboard. Whoever serves functions serves these. */
export const functions: InngestFunction.Like[] = [];
