import { sql } from "drizzle-orm";
import { type TenantTx } from "#db/tenancy";
import type { StepContent } from "#server/campaigns/schema";
import { addStep, deleteSteps, type Edited, relocateSteps, saveStep } from "#server/campaigns/step-mutations";
import { commitThenSend } from "#server/drivers/events";
import type { Started } from "./testing.ts";
import type { Simulated } from "./testing-simulated-life.ts";
import {
  deletedWait,
  extendedAction,
  movedEmail,
  rewordedEmail,
  shortenedWait,
} from "./testing-twenty-steps.ts";

type Edit = { id: string; version: number };
/** An edit with the version that the campaign has now, as somebody at the page makes it. */
const edit = (
  { scope, campaignId }: Started,
  change: (tx: TenantTx, version: () => Promise<Edit>) => Promise<Edited>,
) =>
  commitThenSend(scope, (tx) =>
    change(tx, async () => {
      const [row] = await tx.execute<{ version: number }>(
        sql`select version from campaigns where id = ${campaignId}::uuid`,
      );
      return { id: campaignId, version: row?.version ?? -1 };
    }),
  );

/** The steps are edited while the campaign runs: in each of the ways that there are. */
export async function editSteps({ calendar, campaign, at, acts }: Simulated, tick: number): Promise<void> {
  const { isFirstOf } = calendar;
  const { scope } = campaign;
  // Whose clock has shown ten on Tuesday has got this email by now, if there was room for it, and nobody else has.
  if (isFirstOf(tick, 15.45)) {
    const [step, behind] = [at(movedEmail), at(shortenedWait)];
    const position = { kind: "edge", from: behind, edge: "next" } as const;
    await edit(campaign, async (tx, version) =>
      relocateSteps(tx, scope, { ...(await version()), stepIds: [step], position }),
    );
    acts.push({ tick, kind: "move", step, behind });
  }
  if (isFirstOf(tick, 15.9)) {
    const behind = at(extendedAction);
    const subject = "Greetings to Berlin";
    let step = "";
    await edit(campaign, async (tx, version) => {
      const position = { kind: "edge", from: behind, edge: "next" } as const;
      await addStep(tx, scope, { ...(await version()), type: "email", position });
      const [made] = await tx.execute<{ id: string }>(
        sql`select next_step_id as id from campaign_steps where id = ${behind}::uuid`,
      );
      step = made?.id ?? "";
      return saveStep(tx, scope, {
        ...(await version()),
        stepId: step,
        content: emailOf(subject),
        retime: false,
      });
    });
    acts.push({ tick, kind: "insert", behind, step, subject });
  }
  if (isFirstOf(tick, 20.3)) {
    const step = at(shortenedWait);
    const wait = { value: 3, unit: "days" } as const;
    await edit(campaign, async (tx, version) =>
      saveStep(tx, scope, {
        ...(await version()),
        stepId: step,
        content: { type: "wait", wait },
        retime: true,
      }),
    );
    acts.push({ tick, kind: "shorten", step, days: 3 });
  }
  if (isFirstOf(tick, 25.9)) {
    const step = at(rewordedEmail);
    const subject = "Six, in other words";
    await edit(campaign, async (tx, version) =>
      saveStep(tx, scope, { ...(await version()), stepId: step, content: emailOf(subject), retime: false }),
    );
    acts.push({ tick, kind: "reword", step, subject });
  }
  if (isFirstOf(tick, 28.9)) {
    const step = at(deletedWait);
    await edit(campaign, async (tx, version) =>
      deleteSteps(tx, scope, { ...(await version()), stepIds: [step] }),
    );
    acts.push({ tick, kind: "delete", step });
  }
}

const emailOf = (subjectLine: string): StepContent => ({
  type: "email",
  ...{ templateId: null, templateVersion: null, subjectLine, previewText: "", emailContent: "<p>Hello</p>" },
  ...{ sender: null, replyInThread: false, attachments: [], review: null, sendTime: null, test: null },
});
