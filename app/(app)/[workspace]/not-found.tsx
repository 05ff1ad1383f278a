import { MessagePage } from "#components/shell/message-page";
import { LinkButton } from "#components/ui/link-button";

export default function NotFound() {
  return (
    <MessagePage
      title="There is nothing here"
      action={
        <LinkButton href="/" variant="primary">
          Go to Home
        </LinkButton>
      }
    >
      The address is mistyped, what stood here was deleted, or it belongs to another workspace.
    </MessagePage>
  );
}
