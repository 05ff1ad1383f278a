import { DateTime } from "#components/ui/date-time";
import { Section } from "#components/ui/section";
import type { RouterOutputs } from "#server/router";

type Props = {
  contact: RouterOutputs["contacts"]["byId"];
  consent: RouterOutputs["contacts"]["consent"];
  timeZone: string;
};

/** On what ground a contact is mailed, and every grant and withdrawal on record. */
export function ContactConsent({ contact, consent, timeZone }: Props) {
  return (
    <Section title="Consent">
      {contact.consentBasis ? (
        <p>
          {contact.consentBasis.replaceAll("_", " ")}
          {contact.consentSource && `, ${contact.consentSource}`}
          {contact.consentAt && (
            <span className="block text-xs text-muted">
              <DateTime at={contact.consentAt} timeZone={timeZone} />
            </span>
          )}
        </p>
      ) : (
        consent.length === 0 && <p className="text-muted">Nothing on record.</p>
      )}
      {consent.length > 0 && (
        <ul className="mt-2 space-y-2">
          {consent.map((record) => (
            <li key={record.id}>
              {record.action === "granted" ? "Given" : "Taken back"}
              {record.source && `: ${record.source}`}
              <span className="block text-xs text-muted">
                <DateTime at={record.at} timeZone={timeZone} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
