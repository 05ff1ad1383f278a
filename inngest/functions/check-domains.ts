import { inngest } from "#inngest/client";
import { lookAtDue } from "#server/domains/looks";

/** Rounds of one run; what is left waits for the next one. */
const roundsMax = 100;

/** Looks for the DNS records of sending domains whose turn has come: every day, and more often while one is awaited. */
export const checkDomains = inngest.createFunction(
  {
    id: "check-domains",
    name: "Check domains",
    triggers: [{ cron: "*/10 * * * *" }],
    retries: 1,
    singleton: { mode: "skip" },
  },
  async ({ step }) => {
    let looked = 0;
    for (let round = 1; round <= roundsMax; round++) {
      const result = await step.run(`look-${round}`, () => lookAtDue());
      looked += result.looked;
      if (!result.more) break;
    }
    return { looked };
  },
);
