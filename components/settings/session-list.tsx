"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";
import { deviceName } from "./device-name.tsx";

type Props = { sessions: RouterOutputs["accounts"]["sessions"]; timeZone: string };

/** Where this account is signed in; each place but this one can be signed out. */
export function SessionList({ sessions, timeZone }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const done = {
    onSuccess: () => toast.success("Signed out there"),
    onError: (error: unknown) => toast.error(asProblem(error)?.message),
    onSettled: () => router.refresh(),
  };
  const revoke = useMutation(trpc.accounts.revokeSession.mutationOptions(done));
  const revokeOthers = useMutation(trpc.accounts.revokeOtherSessions.mutationOptions(done));
  return (
    <Section
      title="Sessions"
      description="A session ends when you sign it out, or after the idle hours that your organization allows."
      flush
      action={
        sessions.length > 1 && (
          <Button size="sm" pending={revokeOthers.isPending} onClick={() => revokeOthers.mutate()}>
            Sign out all others
          </Button>
        )
      }
    >
      <ul className="divide-y">
        {sessions.map((session) => (
          <li key={session.id} className="flex items-center justify-between gap-4 px-4 py-2.5 sm:px-5">
            <div className="min-w-0">
              <p className="flex items-center gap-2 font-medium">
                <span className="truncate">{deviceName(session.userAgent)}</span>
                {session.current && <Badge tone="success">This one</Badge>}
              </p>
              <p className="text-xs text-muted">
                {session.ip} · last used <DateTime at={session.lastSeenAt} timeZone={timeZone} />
              </p>
            </div>
            {!session.current && (
              <Button
                variant="ghost"
                size="sm"
                pending={revoke.isPending && revoke.variables.id === session.id}
                onClick={() => revoke.mutate({ id: session.id })}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
