"use client";
import { Button } from "#components/ui/button";
import { LinkButton } from "#components/ui/link-button";
import { MessagePage } from "./message-page.tsx";

type Props = { error: Error & { digest?: string }; reset: () => void };

/** Next's error boundary. In production the message is hidden; the digest finds it in the server's log. */
export function FailedPage({ error, reset }: Props) {
  return (
    <MessagePage
      title="This page could not be shown"
      action={
        <>
          <Button variant="primary" onClick={reset}>
            Try again
          </Button>
          <LinkButton href="/">Go to your workspace</LinkButton>
        </>
      }
      note={error.digest && `In the log of the server it has the number ${error.digest}.`}
    >
      Something went wrong on our side. Nothing you entered before was lost.
    </MessagePage>
  );
}
