import Link from "next/link";
import { Callout } from "#components/ui/callout";
import { DateTime } from "#components/ui/date-time";
import type { RouterOutputs } from "#server/router";

type Props = {
  workspace: string;
  answer: RouterOutputs["contacts"]["why"];
  timeZone: string;
};

/** Why nothing is being sent to a contact, or what is next; of one who may not be mailed the page says so itself. */
export function ContactAnswer({ workspace, answer, timeZone }: Props) {
  const { code, kind, title, at, campaigns } = answer;
  if (code === "hindered" || code === "snoozed") return null;
  return (
    <Callout kind={kind} title={title} className="mb-5">
      {(campaigns.length === 0 || code === "do_not_disturb") && <p>{answer.text}</p>}
      <ul className="space-y-1">
        {campaigns.map((campaign) => (
          <li key={campaign.enrollmentId}>
            <Link
              href={`/${workspace}/campaigns/${campaign.campaignId}/people/${campaign.enrollmentId}`}
              className="font-medium text-accent underline underline-offset-2"
            >
              {campaign.name}
            </Link>
            : {campaign.text}
            {campaign.at && (
              <span className="text-muted">
                {" "}
                Next try: <DateTime at={campaign.at} timeZone={timeZone} />.
              </span>
            )}
          </li>
        ))}
      </ul>
      {at === null && campaigns.length > 0 && code !== "do_not_disturb" && (
        <p className="text-muted">Nothing happens by itself before somebody acts.</p>
      )}
    </Callout>
  );
}
