import { Field } from "#components/ui/field";
import { Select } from "#components/ui/select";

type Person = { id: string; email: string; name: string | null };

type Props = { people: Person[] | undefined; value: string | null; onChange: (id: string | null) => void };

/** Whom a preview is made for; null is the example that is there before the first contact. */
export function SeenBy({ people, value, onChange }: Props) {
  return (
    <Field name="contact" label="Seen by">
      {(control) => (
        <Select {...control} value={value ?? ""} onChange={(event) => onChange(event.target.value || null)}>
          <option value="">Ada Lovelace (an example)</option>
          {people?.map((person) => (
            <option key={person.id} value={person.id}>
              {person.name ? `${person.name}, ${person.email}` : person.email}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
