import { z } from "zod";

/** `moment`: the time that was set, of an act that sets one. */
type Words = { title: string; detail: string | null; moment: Date | null };

const moment = z.iso
  .datetime()
  .transform((text) => new Date(text))
  .nullable()
  .catch(null);

/** What acts note beside themselves, of what is told; each act has a few of these. */
const noted = z
  .object({
    why: z.string(),
    comment: z.string(),
    people: z.number(),
    number: z.number(),
    startsAt: moment,
    endsAt: moment,
    repeatOf: z.string(),
    winner: z.string().nullable(),
  })
  .partial()
  .catch({});
type Noted = z.infer<typeof noted>;

const people = (count: number) => (count === 1 ? "1 person" : `${count.toLocaleString("en")} people`);
const said = ({ why, comment }: Noted) => why || comment || null;

const titles: Record<string, string | ((facts: Noted) => string)> = {
  "campaign.scheduled": "Scheduled",
  "campaign.unscheduled": "Taken off the schedule",
  "campaign.launched": ({ people: count, repeatOf }) =>
    repeatOf ? "Launched as a repeat" : count ? `Launched to ${people(count)}` : "Launched",
  "campaign.repeated_by_hand": ({ number }) => `Number ${number ?? ""} sent by hand`,
  "campaign.repeat_refused": "A repeat was not launched",
  "campaign.paused": "Paused",
  "campaign.resumed": "Resumed",
  "campaign.end_set": ({ endsAt }) => (endsAt ? "End date set" : "End date taken away"),
  "campaign.ended": "Ended by hand",
  "campaign.reopened": "Opened again",
  "campaign.archived": "Archived",
  "campaign.restored": "Restored",
  "campaign.deleted": "Deleted",
  "campaign.undeleted": "Brought back",
  "campaign.people_retried": ({ people: count = 0 }) => `${people(count)} tried again`,
  "campaign.people_paused": ({ people: count = 0 }) => `${people(count)} paused`,
  "campaign.people_resumed": ({ people: count = 0 }) => `${people(count)} resumed`,
  "campaign.people_removed": ({ people: count = 0 }) => `${people(count)} taken out`,
  "campaign.step_skipped": ({ people: count = 0 }) => `${people(count)} moved on to the next step`,
  "campaign.test_decided": ({ winner }) => (winner ? `Test decided: variant ${winner}` : "Test stopped"),
  "campaign.test_extended": "Test extended",
  "campaign.approval_requested": "Approval asked for",
  "campaign.approval_withdrawn": "Request for approval withdrawn",
  "campaign.approval_approved": "Approved",
  "campaign.approval_rejected": "Approval refused",
  "campaign.approval_expired": "Nobody answered the request for approval in time",
  "message.confirmed": "An email of unknown fate taken for sent",
  "message.resent": "An email of unknown fate sent again",
};

const moments: Record<string, (facts: Noted) => Date | null | undefined> = {
  "campaign.scheduled": ({ startsAt }) => startsAt,
  "campaign.end_set": ({ endsAt }) => endsAt,
};

/** An act of the audit log on a campaign in words. One that has none yet is named as it is. */
export function actWords(action: string, facts: unknown): Words {
  const given = noted.parse(facts ?? {});
  const title = titles[action] ?? plain(action);
  return {
    title: typeof title === "string" ? title : title(given),
    detail: said(given),
    moment: moments[action]?.(given) ?? null,
  };
}

function plain(action: string): string {
  const words = action.replace(/^[a-z_]+\./, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
