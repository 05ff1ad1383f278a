import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { Callout } from "#components/ui/callout";
import { Spinner } from "#components/ui/spinner";
import type { MailboxCheck } from "#server/mailboxes/schema";

const looks = {
  passed: { Icon: CircleCheck, color: "text-success", word: "passed" },
  failed: { Icon: CircleAlert, color: "text-danger", word: "failed" },
  skipped: { Icon: CircleDashed, color: "text-faint", word: "not reached" },
};

type Props = { checks?: MailboxCheck[]; pending: boolean; failure?: string };

/** What a live test found, phase by phase. */
export function CheckList({ checks, pending, failure }: Props) {
  if (pending) {
    return (
      <p role="status" className="flex items-center gap-2 text-muted">
        <Spinner /> Talking to the server
      </p>
    );
  }
  if (failure) return <Callout kind="danger">{failure}</Callout>;
  return (
    <ol className="space-y-2" aria-live="polite">
      {checks?.map(({ phase, outcome, text }) => {
        const { Icon, color, word } = looks[outcome];
        return (
          <li key={phase} className="flex items-start gap-2">
            <Icon aria-label={word} className={`mt-0.5 size-4 shrink-0 ${color}`} />
            <div className="min-w-0">
              <p className="font-medium first-letter:uppercase">{phase}</p>
              <p className="break-words text-muted">{text}</p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
