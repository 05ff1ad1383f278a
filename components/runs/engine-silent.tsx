"use client";
import { PlugZap } from "lucide-react";
import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { Page } from "#components/ui/page";

/** The engine gives no answer, or the page failed: campaigns and imports wait meanwhile, and lose nothing. */
export function EngineSilent({ onRetry }: { onRetry: () => void }) {
  const router = useRouter();
  const retry = () =>
    startTransition(() => {
      router.refresh();
      onRetry();
    });
  return (
    <Page title="Runs">
      <EmptyState
        icon={PlugZap}
        title="The engine could not be asked"
        action={
          <Button variant="primary" onClick={retry}>
            Try again
          </Button>
        }
      >
        It may be starting, or it is down: look at its log. What is under way goes on when it is back.
      </EmptyState>
    </Page>
  );
}
