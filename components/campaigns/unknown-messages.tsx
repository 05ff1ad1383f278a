"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { toast } from "sonner";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { ConfirmDialog } from "#components/ui/confirm-dialog";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { Live } from "./live-view.tsx";

type Props = { live: Live; campaignId: string; canLaunch: boolean; timeZone: string };

/** Messages that may or may not have arrived: nobody but a person may decide to send one again. */
export function UnknownMessages({ live, campaignId, canLaunch, timeZone }: Props) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const decide = useMutation(trpc.campaigns.decideUnknown.mutationOptions());
  if (live.numbers.unknown === 0) return null;
  const settle = async (messageId: string, arrived: boolean) => {
    await decide.mutateAsync({ id: campaignId, messageId, arrived });
    toast.success(arrived ? "Counted as sent." : "On its way again.");
    await queries.invalidateQueries({ queryKey: trpc.analytics.pathKey() });
  };
  const count = live.numbers.unknown;
  return (
    <Section
      title={
        count === 1
          ? "1 message may or may not have arrived"
          : `${count} messages may or may not have arrived`
      }
      description="The connection broke while they were handed over. They are never sent again by themselves: look into the inbox, and decide."
      flush
    >
      <ul className="divide-y">
        {live.unknown.map((message) => (
          <li
            key={message.id}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2 sm:px-5"
          >
            <span className="min-w-0 truncate">
              {message.to}{" "}
              <span className="text-muted">
                since <DateTime at={message.since} timeZone={timeZone} />
              </span>
            </span>
            {canLaunch && (
              <span className="flex gap-2">
                <ConfirmDialog
                  trigger={<Button size="sm">It arrived</Button>}
                  title={`Did ${message.to} get it?`}
                  confirm="Count as sent"
                  onConfirm={() => settle(message.id, true)}
                >
                  It counts as sent, and the contact goes on to the next step.
                </ConfirmDialog>
                <ConfirmDialog
                  trigger={
                    <Button size="sm">
                      <RotateCw /> Send again
                    </Button>
                  }
                  title={`Send again to ${message.to}?`}
                  confirm="Send again"
                  onConfirm={() => settle(message.id, false)}
                >
                  If the first one has arrived after all, they get it twice.
                </ConfirmDialog>
              </span>
            )}
          </li>
        ))}
      </ul>
      {count > live.unknown.length && (
        <p className="border-t px-5 py-2 text-xs text-muted">The latest {live.unknown.length} are shown.</p>
      )}
    </Section>
  );
}
