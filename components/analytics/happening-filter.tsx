import { Button } from "#components/ui/button";
import { Input } from "#components/ui/input";
import { Select } from "#components/ui/select";
import { periodMeasures, type HappeningsInput } from "#server/analytics/schema";
import { measureWords } from "./measure-words.tsx";

type Choice = { id: string; name: string };
type Props = {
  view: HappeningsInput;
  period: { from: string; to: string };
  campaigns: Choice[];
  mailboxes: Choice[];
};

/** The URL is the state: a plain GET form, which also works before the script has loaded. */
export function HappeningFilter({ view, period, campaigns, mailboxes }: Props) {
  return (
    <form
      key={JSON.stringify(view)}
      method="get"
      role="search"
      aria-label="Messages"
      className="mb-3 flex flex-wrap items-center gap-2"
    >
      <Select name="is" defaultValue={view.is} aria-label="What happened" className="w-48">
        {periodMeasures.map((each) => (
          <option key={each} value={each}>
            {each === "machineOpened" ? "Opened automatically" : measureWords[each].label}
          </option>
        ))}
      </Select>
      <Choose name="campaign" label="Campaign" any="Any campaign" value={view.campaign} choices={campaigns} />
      <Choose name="mailbox" label="Mailbox" any="Any mailbox" value={view.mailbox} choices={mailboxes} />
      <Input type="date" name="from" aria-label="From" required defaultValue={period.from} className="w-36" />
      <span aria-hidden className="text-muted">
        –
      </span>
      <Input type="date" name="to" aria-label="To" required defaultValue={period.to} className="w-36" />
      <Button type="submit">Show</Button>
    </form>
  );
}

type ChooseProps = {
  name: string;
  label: string;
  any: string;
  value: string | undefined;
  choices: Choice[];
};

function Choose({ name, label, any, value, choices }: ChooseProps) {
  return (
    <Select name={name} defaultValue={value ?? ""} aria-label={label} className="w-52">
      <option value="">{any}</option>
      {value && !choices.some(({ id }) => id === value) && <option value={value}>The chosen one</option>}
      {choices.map(({ id, name: shown }) => (
        <option key={id} value={id}>
          {shown}
        </option>
      ))}
    </Select>
  );
}
