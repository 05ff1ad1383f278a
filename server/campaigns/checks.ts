import type { EmailTest } from "#server/ab-tests/schema";
import type { CustomField, Validation } from "#server/custom-fields/schema";
import type { RuleTree } from "#server/segments/schema";
import { type AudienceCount, comingIn } from "./audience.ts";
import { contentProblems } from "./content-checks.ts";
import { graphProblems } from "./graph-checks.ts";
import { stepSenderProblems } from "./step-sender.ts";
import type { GraphStep } from "./graph.ts";
import {
  emailStepsMax,
  stepsMax,
  type Action,
  type Attachment,
  type DraftReview,
  type StepSender,
  type WaitDuration,
  type WaitRule,
} from "./schema.ts";
import { triggerProblems } from "#server/triggers/checks";
import type { CampaignTrigger } from "#server/triggers/queries";

export type CheckedStep = GraphStep & {
  name: string | null;
  subjectLine: string | null;
  previewText: string | null;
  emailContent: string | null;
  emailText?: string | null;
  sender: StepSender | null;
  replyInThread: boolean;
  attachments: Attachment[];
  review: DraftReview | null;
  sendTime: string | null;
  test: EmailTest | null;
  wait: WaitRule | null;
  conditionRules: RuleTree | null;
  /** How long a condition waits to come true; null: not at all. */
  waitUpTo: WaitDuration | null;
  action: Action | null;
  /** The list that the action names; null when there is none any more. */
  listName: string | null;
  /** The other campaign that the action names; null when there is none any more. */
  campaign: { id: string; name: string; open: boolean } | null;
  /** The custom field that the action sets; null when there is none any more. */
  customField: (Pick<CustomField, "label" | "type" | "options"> & { validation?: Validation }) | null;
  /** Those the action names who are members still. */
  members?: { id: string; name: string }[];
  /** Whether lead scoring is on. */
  scoring?: boolean;
};

/** One thing wrong, as one sentence that also says what to do. A blocker refuses the launch, a warning does not. */
export type Problem = {
  code: string;
  severity: "blocker" | "warning";
  where: "steps" | "audience" | "goals" | "settings" | "workspace" | "approval";
  message: string;
  stepId: string | null;
};

export type LaunchFacts = {
  steps: readonly CheckedStep[];
  /** `chosen`: somebody was included at all. `missing`: included or excluded lists and segments that no longer exist. */
  audience: { chosen: boolean; missing: number } & Pick<
    AudienceCount,
    "count" | "suppressed" | "undisturbed"
  >;
  /** What brings people into a triggered campaign; null for one with an audience. */
  triggers: readonly CampaignTrigger[] | null;
  settings: { sendDays: readonly string[]; noLimits: boolean; fromEmail: string; fromName: string };
  /** `pool`: the name of the pool that the mailbox stands for. */
  mailbox: { email: string; status: string; sandbox: boolean; pool?: string | null } | null;
  postalAddress: string | null;
  /** What is wrong with a Liquid source, in words that name the place; null when nothing is. */
  liquidProblem: (source: string) => string | null;
};

/** Everything wrong with the steps alone: shown in the builder, at the step. */
export function stepProblems(
  steps: readonly CheckedStep[],
  liquidProblem: LaunchFacts["liquidProblem"],
): Problem[] {
  const blocker = (code: string, message: string, stepId: string | null = null): Problem => ({
    code,
    severity: "blocker",
    where: "steps",
    message,
    stepId,
  });
  const emails = steps.filter((step) => step.type === "email").length;
  const found: Problem[] = [];
  if (steps.length === 0) return [blocker("no_steps", "The campaign has no steps: add an email step first.")];
  if (emails === 0)
    found.push(blocker("no_email", "The campaign sends nothing: add at least one email step."));
  if (emails > emailStepsMax) {
    found.push(
      blocker(
        "too_many_emails",
        `A campaign holds ${emailStepsMax} emails at most; this one has ${emails}: delete some.`,
      ),
    );
  }
  if (steps.length > stepsMax) {
    found.push(
      blocker(
        "too_many_steps",
        `A campaign holds ${stepsMax} steps at most; this one has ${steps.length}: delete some.`,
      ),
    );
  }
  found.push(...graphProblems(steps));
  steps.forEach((step, index) => {
    for (const [code, message] of contentProblems(step, index, steps, liquidProblem))
      found.push(blocker(code, message, step.id));
  });
  return found;
}

/** All launch checks, blockers first. */
export function launchProblems(facts: LaunchFacts): Problem[] {
  const found = [
    ...stepProblems(facts.steps, facts.liquidProblem),
    ...audienceProblems(facts),
    ...senderProblems(facts),
    ...stepSenderProblems(facts.steps, facts.mailbox),
  ];
  return found.sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
}

const outside = (
  where: Problem["where"],
  severity: Problem["severity"],
  code: string,
  message: string,
): Problem => ({
  code,
  severity,
  where,
  message,
  stepId: null,
});

function audienceProblems({ audience, triggers }: LaunchFacts): Problem[] {
  if (!audience.chosen && triggers === null) {
    return [
      outside(
        "audience",
        "blocker",
        "no_audience",
        "The campaign has no audience: choose the lists or segments it goes to.",
      ),
    ];
  }
  const found: Problem[] = [];
  if (audience.missing > 0) {
    const what = audience.missing === 1 ? "A list or segment" : `${audience.missing} lists or segments`;
    found.push(
      outside(
        "audience",
        "blocker",
        "audience_missing",
        `${what} of the audience no longer exists: remove it from the audience, or choose another.`,
      ),
    );
  }
  // Whoever a triggered campaign is for may not be here yet.
  if (triggers !== null) return [...triggerProblems(triggers), ...found];
  if (comingIn(audience) === 0) {
    const message =
      audience.suppressed > 0
        ? `Everybody in the audience (${audience.suppressed}) is unsubscribed, bounced or suppressed: choose an audience with someone to write to.`
        : "The audience is empty: choose lists or segments with contacts in them, or import contacts first.";
    found.push(outside("audience", "blocker", "empty_audience", message));
  } else if (audience.suppressed > 0) {
    const message = `${audience.suppressed} of the audience will get nothing: unsubscribed, bounced or suppressed.`;
    found.push(outside("audience", "warning", "suppressed", message));
  }
  return [...found, ...undisturbedWarnings(audience)];
}

/** People who keep their place without getting anything, for as long as they have the tag that says so. */
function undisturbedWarnings(audience: Pick<AudienceCount, "count" | "undisturbed">): Problem[] {
  const { undisturbed, count } = audience;
  if (!undisturbed) return [];
  const { tag, people } = undisturbed;
  const all = comingIn(audience).toLocaleString("en");
  const message =
    count === 0
      ? `Nobody gets an email: everybody in the audience who may be written to (${all}) has the tag “${tag}”. The campaign stays open and sends nothing until it is taken off them: choose other people, or name no such tag under Settings, Sending.`
      : `${people.toLocaleString("en")} of ${all} people ${people === 1 ? "has" : "have"} the tag “${tag}” and get${people === 1 ? "s" : ""} nothing until it is taken off.`;
  return [outside("audience", "warning", "undisturbed", message)];
}

function senderProblems({ settings, mailbox, postalAddress }: LaunchFacts): Problem[] {
  const found: Problem[] = [];
  if (!mailbox) {
    found.push(
      outside("settings", "blocker", "no_mailbox", "No mailbox sends this campaign: choose one in Settings."),
    );
  } else if (mailbox.status !== "active" && mailbox.pool) {
    const message = `No mailbox of the pool “${mailbox.pool}” can send: look at them under Settings, Mailboxes, or choose another sender.`;
    found.push(outside("settings", "blocker", "mailbox_inactive", message));
  } else if (mailbox.status !== "active") {
    const message = `The mailbox ${mailbox.email} is ${mailbox.status.replaceAll("_", " ")} and cannot send: test it under Settings, Mailboxes, or choose another.`;
    found.push(outside("settings", "blocker", "mailbox_inactive", message));
  }
  if (!settings.fromEmail || !settings.fromName) {
    found.push(
      outside(
        "settings",
        "blocker",
        "no_sender",
        "The sender has no name or address: fill in both in Settings.",
      ),
    );
  }
  if (settings.sendDays.length === 0) {
    found.push(
      outside(
        "settings",
        "blocker",
        "no_days",
        "No day is open for sending: choose at least one in Settings.",
      ),
    );
  }
  if (settings.noLimits && mailbox && !mailbox.sandbox) {
    const message = `“No limits” is for the sandbox only, and ${mailbox.email} sends real mail: switch it off in Settings.`;
    found.push(outside("settings", "blocker", "no_limits", message));
  }
  if (!postalAddress?.trim()) {
    const message =
      "The workspace has no postal address, which the law wants in every email: enter it in the workspace settings.";
    found.push(outside("workspace", "blocker", "no_postal_address", message));
  }
  return found;
}
