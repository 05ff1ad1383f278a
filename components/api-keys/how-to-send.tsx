import { CodeBlock } from "#components/ui/code-block";
import { Section } from "#components/ui/section";

/** The call that sends an event, ready to be tried. */
export function HowToSend({ origin }: { origin: string }) {
  return (
    <Section
      title="How to send an event"
      description="One call for one contact. Campaigns that listen to its name take them in."
    >
      <CodeBlock label="Copy the call">{`curl ${origin}/api/v1/events \\
  -H "Authorization: Bearer postroad_…" \\
  -H "Content-Type: application/json" \\
  -d '{
    "id": "order-1001",
    "name": "order.placed",
    "email": "ada@example.com",
    "properties": { "total": 49.9 }
  }'`}</CodeBlock>
      <ul className="mt-4 list-disc space-y-1 pl-5 text-muted">
        <li>
          <code>id</code> is your own id of the event: sent again with it, after a broken connection say, the
          event counts once.
        </li>
        <li>
          <code>&quot;createContact&quot;: true</code> makes a contact of an address that is not here yet.
        </li>
        <li>
          A refused call answers with <code>code</code>, <code>message</code> and <code>fields</code>; 429
          means more than 600 calls in a minute. All of it stands in <code>docs/events.md</code>.
        </li>
      </ul>
    </Section>
  );
}
