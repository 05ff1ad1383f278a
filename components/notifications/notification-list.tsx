import {
  CircleAlert,
  CircleCheck,
  CirclePause,
  Download,
  FlaskConical,
  Footprints,
  ListTodo,
  MailCheck,
  MessageSquare,
  Reply,
  Rocket,
  Stamp,
  Undo2,
} from "lucide-react";
import Link from "next/link";
import { cn } from "#components/ui/cn";
import { DateTime } from "#components/ui/date-time";
import { Skeleton } from "#components/ui/skeleton";
import type { RouterOutputs } from "#server/router";

type Notification = RouterOutputs["notifications"]["list"]["rows"][number];
type Props = {
  slug: string;
  timeZone: string;
  /** Not here yet when undefined. */
  rows: Notification[] | undefined;
  failed: boolean;
  onFollow: () => void;
};

const looks = {
  "campaign.launched": { Icon: Rocket, tone: "text-success" },
  "campaign.not_launched": { Icon: CircleAlert, tone: "text-danger" },
  "campaign.approval_requested": { Icon: Stamp, tone: "text-warning" },
  "campaign.approval_given": { Icon: CircleCheck, tone: "text-success" },
  "campaign.approval_rejected": { Icon: CircleAlert, tone: "text-danger" },
  "campaign.paused": { Icon: CirclePause, tone: "text-warning" },
  "drafts.waiting": { Icon: MailCheck, tone: "text-warning" },
  "campaign.test_decided": { Icon: FlaskConical, tone: "text-success" },
  "campaign.replied": { Icon: Reply, tone: "text-success" },
  "campaign.complained": { Icon: CircleAlert, tone: "text-danger" },
  "campaign.step_reached": { Icon: Footprints, tone: "text-accent" },
  "task.assigned": { Icon: ListTodo, tone: "text-accent" },
  "template.commented": { Icon: MessageSquare, tone: "text-accent" },
  "template.approval_requested": { Icon: Stamp, tone: "text-warning" },
  "template.approval_given": { Icon: CircleCheck, tone: "text-success" },
  "template.approval_rejected": { Icon: CircleAlert, tone: "text-danger" },
  "mailbox.cooling_down": { Icon: CirclePause, tone: "text-warning" },
  "mailbox.failed": { Icon: CircleAlert, tone: "text-danger" },
  "pool.continued": { Icon: CircleAlert, tone: "text-warning" },
  "domain.failed": { Icon: CircleAlert, tone: "text-danger" },
  "domain.listed": { Icon: CircleAlert, tone: "text-danger" },
  "domain.unlisted": { Icon: CircleCheck, tone: "text-success" },
  "domain.listing_lapsed": { Icon: CircleAlert, tone: "text-warning" },
  "import.completed": { Icon: CircleCheck, tone: "text-success" },
  "import.failed": { Icon: CircleAlert, tone: "text-danger" },
  "import.undone": { Icon: Undo2, tone: "text-muted" },
  "import_schedule.failed": { Icon: CircleAlert, tone: "text-danger" },
  "import_schedule.missed": { Icon: CircleAlert, tone: "text-warning" },
  "export.completed": { Icon: Download, tone: "text-success" },
  "export.failed": { Icon: CircleAlert, tone: "text-danger" },
};

export function NotificationList({ slug, timeZone, rows, failed, onFollow }: Props) {
  return (
    <div>
      <h2 className="border-b px-3 py-2 text-xs font-medium text-muted">Notifications</h2>
      {!rows && (failed ? <Note>They could not be loaded. Open this again in a moment.</Note> : <Loading />)}
      {rows?.length === 0 && <Note>Nothing yet. You hear here when an import has ended.</Note>}
      <ul className="max-h-96 divide-y overflow-y-auto empty:hidden">
        {rows?.map((row) => (
          <li key={row.id} className={cn("relative hover:bg-hover", !row.read && "bg-accent-soft/50")}>
            <Item row={row} slug={slug} timeZone={timeZone} onFollow={onFollow} />
          </li>
        ))}
      </ul>
    </div>
  );
}

type ItemProps = Pick<Props, "slug" | "timeZone" | "onFollow"> & { row: Notification };

function Item({ row, slug, timeZone, onFollow }: ItemProps) {
  const { Icon, tone } = looks[row.type];
  return (
    <div className="flex gap-2.5 px-3 py-2.5">
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", tone)} />
      <div className="min-w-0">
        <p className="font-medium break-words">
          {row.path ? (
            <Link
              href={`/${slug}${row.path}`}
              onClick={onFollow}
              className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
            >
              {row.title}
            </Link>
          ) : (
            row.title
          )}
          {!row.read && <span className="sr-only"> (unread)</span>}
        </p>
        {row.body && <p className="break-words text-muted">{row.body}</p>}
        <DateTime at={row.createdAt} timeZone={timeZone} className="text-xs text-muted" />
      </div>
    </div>
  );
}

const Note = ({ children }: { children: string }) => (
  <p className="px-3 py-6 text-center text-muted">{children}</p>
);

const Loading = () => (
  <div className="space-y-2 p-3">
    <Skeleton className="h-10" />
    <Skeleton className="h-10" />
  </div>
);
