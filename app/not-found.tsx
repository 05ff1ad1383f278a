import { BarePage } from "#components/shell/bare-page";
import { MessagePage } from "#components/shell/message-page";
import { LinkButton } from "#components/ui/link-button";

export default function NotFound() {
  return (
    <BarePage>
      <MessagePage
        title="There is nothing here"
        action={
          <LinkButton href="/" variant="primary">
            Go to your workspace
          </LinkButton>
        }
      >
        The address is mistyped, what stood here was deleted, or it belongs to a workspace you are not a
        member of.
      </MessagePage>
    </BarePage>
  );
}
