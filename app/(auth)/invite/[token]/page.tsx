import type { Metadata } from "next";
import { Suspense } from "react";
import { InvitationAnswer } from "#components/auth/invitation-answer";
import { Skeleton } from "#components/ui/skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer" };

type Props = { params: Promise<{ token: string }> };

export default function InvitePage({ params }: Props) {
  return (
    <Suspense fallback={<Skeleton className="h-48" />}>
      <Invitation params={params} />
    </Suspense>
  );
}

async function Invitation({ params }: Props) {
  const { token } = await params;
  return <InvitationAnswer token={token} invitation={await caller(null).invitations.byToken({ token })} />;
}
