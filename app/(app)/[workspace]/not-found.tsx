import { MessagePage } from "#components/shell/message-page";

export default function NotFound() {
  return (
    <MessagePage title="There is nothing here">
      The address is mistyped, what stood here was deleted, or it belongs to another workspace.
    </MessagePage>
  );
}
