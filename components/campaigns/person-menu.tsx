"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, LogOut, Pause, PenLine, Play, RotateCcw, SkipForward } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { toast } from "sonner";
import { WriteAhead } from "#components/drafts/write-ahead";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "#components/ui/dropdown-menu";
import type { PersonAct } from "#server/enrollments/schema";

type Props = {
  campaignId: string;
  enrollmentId: string;
  status: string;
  name: string;
  /** Nobody is on the way in it any more: who failed can be tried again, and it runs for them. */
  ended?: boolean;
};

const onTheWay = ["enrolled", "active"];
const acts: Record<PersonAct, { label: string; icon: typeof Pause; done: string; fits: string[] }> = {
  pause: { label: "Pause", icon: Pause, done: "paused", fits: onTheWay },
  resume: { label: "Resume", icon: Play, done: "goes on", fits: ["paused"] },
  skip: { label: "Skip this step", icon: SkipForward, done: "is moved on", fits: [...onTheWay, "paused"] },
  retry: { label: "Try again", icon: RotateCcw, done: "is back at the step that failed", fits: ["failed"] },
  exit: { label: "Take out", icon: LogOut, done: "has left the campaign", fits: [...onTheWay, "paused"] },
};

const refused = "has moved meanwhile, or is being written to at this moment. Try again.";
const retryRefused = "was tried again meanwhile, or the step at which they failed has been deleted.";

/** What can be done with one person's place in a campaign. */
export function PersonMenu({ campaignId, enrollmentId, status, name, ended = false }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const [leaving, setLeaving] = useState(false);
  const [writing, setWriting] = useState(false);
  const call = useMutation(trpc.enrollments.act.mutationOptions());
  async function act(one: PersonAct) {
    const { changed } = await call.mutateAsync({ campaignId, enrollmentIds: [enrollmentId], act: one });
    const also = ended ? " The campaign runs again for them." : "";
    if (changed > 0) toast.success(`${name} ${acts[one].done}.${also}`);
    else toast.error(`${name} ${one === "retry" ? retryRefused : refused}`);
    await queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
    router.refresh();
  }
  const fitting = (Object.keys(acts) as PersonAct[]).filter((one) => acts[one].fits.includes(status));
  if (fitting.length === 0) return null;
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm" pending={call.isPending} aria-label={`Actions for ${name}`}>
            {!call.isPending && <Ellipsis />}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          {acts.exit.fits.includes(status) && (
            <DropdownMenuItem onSelect={() => setWriting(true)}>
              <PenLine /> Write an email…
            </DropdownMenuItem>
          )}
          {fitting.map((one) => {
            const { label, icon: Icon } = acts[one];
            return (
              <DropdownMenuItem
                key={one}
                danger={one === "exit"}
                onSelect={() =>
                  one === "exit"
                    ? setLeaving(true)
                    : void act(one).catch((error: unknown) => toast.error(asProblem(error)?.message))
                }
              >
                <Icon /> {label}
              </DropdownMenuItem>
            );
          })}
        </DropdownMenuContent>
      </DropdownMenu>
      {writing && <WriteAhead enrollmentId={enrollmentId} name={name} onClose={() => setWriting(false)} />}
      <ConfirmDialog
        open={leaving}
        onOpenChange={setLeaving}
        title={`Take ${name} out?`}
        confirm="Take out"
        danger
        onConfirm={() => act("exit")}
      >
        What is queued for them is cancelled. Coming in again depends on the campaign’s rule for it.
      </ConfirmDialog>
    </>
  );
}
