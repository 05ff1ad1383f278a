import { z } from "zod";
import { actionTypes, audience, campaignTypes, settingsFields, stepTypes } from "../campaigns/schema.ts";
import { goalList } from "../goals/schema.ts";
import { triggerList } from "../triggers/schema.ts";

const name = z
  .string()
  .trim()
  .min(1, "Give the template a name.")
  .max(120, "Keep the name under 120 characters.");

export const templateFromCampaign = z.object({ campaignId: z.uuid(), name });
export const campaignTemplateRef = z.object({ id: z.uuid() });
export const campaignFromTemplate = campaignTemplateRef.extend({
  name: z.string().trim().min(1, "Give the campaign a name.").max(255, "Keep the name under 255 characters."),
});

const edge = z.uuid().nullable();

/**
 * What a template keeps: how a campaign is built, not whom it goes to nor who sends it. `content` holds the columns of
 * a step by name; the ids of steps are those of the campaign it was made of.
 */
export const campaignStructure = z.object({
  version: z.literal(1),
  type: z.enum(campaignTypes),
  audience: audience.omit({ everyone: true, include: true }),
  settings: settingsFields.pick({
    sendWindowStart: true,
    sendWindowEnd: true,
    sendDays: true,
    dailyLimit: true,
    delayBetweenEmailsSeconds: true,
    trackOpens: true,
    trackClicks: true,
    plainTextOnly: true,
    utm: true,
    timezoneMode: true,
    optimizeSendTime: true,
    priority: true,
    replyStops: true,
    replyReach: true,
    stopCompanyOnReply: true,
    stopOnAutoReply: true,
    snoozeOnAutoReply: true,
  }),
  /** It asks for an approval, whatever the organization does. */
  requiresApproval: z.boolean().default(false),
  triggers: triggerList,
  /** None of a template that was kept before campaigns could have them. */
  goals: goalList.default([]),
  steps: z.array(
    z.object({
      id: z.uuid(),
      next: edge,
      whenTrue: edge,
      whenFalse: edge,
      content: z.looseObject({
        step_type: z.enum(stepTypes),
        action_type: z.enum(actionTypes).nullable(),
        template_id: z.uuid().nullish(),
      }),
    }),
  ),
});
export type CampaignStructure = z.infer<typeof campaignStructure>;
