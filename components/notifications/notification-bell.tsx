"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "#components/trpc/client";
import { Button } from "#components/ui/button";
import { Popover, PopoverContent, PopoverTrigger } from "#components/ui/popover";
import type { ShellData } from "../shell/shell.tsx";
import { NotificationList } from "./notification-list.tsx";
import { useNewNotifications } from "./use-new-notifications.tsx";

const pollMs = 20_000;

/** What the person was told lately, with a dot for what they have not seen; new ones also pop up once. */
export function NotificationBell({ data }: { data: ShellData }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const { slug, timezone } = data.workspace;
  const list = useQuery({ ...trpc.notifications.list.queryOptions(), refetchInterval: pollMs });
  const read = useMutation(
    trpc.notifications.read.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.notifications.list.queryKey() }),
    }),
  );
  useNewNotifications(slug, list.data?.rows);
  const unread = list.data?.unread ?? 0;
  function change(next: boolean) {
    setOpen(next);
    // On the way out, so that what is new still looks new while it is read.
    const newest = list.data?.rows[0];
    if (!next && newest && unread > 0) read.mutate({ upTo: newest.id });
  }
  return (
    <Popover open={open} onOpenChange={change}>
      <PopoverTrigger asChild>
        <Button
          variant="ghost"
          size="icon"
          aria-label={unread > 0 ? `Notifications, ${unread} unread` : "Notifications"}
          className="relative max-md:[&_svg]:size-4.5"
        >
          <Bell />
          {unread > 0 && (
            <span
              aria-hidden
              className="absolute top-1.5 right-1.5 size-2 rounded-full bg-accent ring-2 ring-sunken"
            />
          )}
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label="Notifications" align="start" className="w-88 max-w-[calc(100vw-1.5rem)]">
        <NotificationList
          slug={slug}
          timeZone={timezone}
          rows={list.data?.rows}
          failed={list.isError}
          onFollow={() => change(false)}
        />
      </PopoverContent>
    </Popover>
  );
}
