import { Checkbox } from "#components/ui/checkbox";
import { Chips } from "#components/ui/chips";
import { Combobox } from "#components/ui/combobox";
import { type ApproverRole, approverRoleNames } from "#server/approvals/schema";

type Person = { userId: string; name: string; email: string };
type Props = {
  role: ApproverRole;
  people: Person[];
  /** Null: the role is not asked. */
  userIds: string[] | null;
  onChange: (userIds: string[] | null) => void;
};

/** Whether a role is asked, and the people who answer for it. */
export function ApproverChoice({ role, people, userIds, onChange }: Props) {
  const chosen = people.filter(({ userId }) => userIds?.includes(userId));
  const others = people.filter(({ userId }) => !userIds?.includes(userId));
  return (
    <div className="rounded-md border p-3">
      <Checkbox
        label={approverRoleNames[role]}
        checked={userIds !== null}
        onChange={(event) => onChange(event.target.checked ? [] : null)}
        hint={userIds !== null && chosen.length === 0 ? "The admins of the campaign’s workspace" : undefined}
      />
      {userIds !== null && (
        <div className="mt-2 grid gap-2 pl-6">
          <Chips
            label={`Asked as ${approverRoleNames[role].toLowerCase()}`}
            items={chosen.map(({ userId, name }) => ({ value: userId, label: name }))}
            onRemove={(userId) => onChange(userIds.filter((each) => each !== userId))}
          />
          {others.length > 0 && (
            <Combobox
              value=""
              aria-label={`Name somebody as ${approverRoleNames[role].toLowerCase()}`}
              options={others.map(({ userId, name, email }) => ({ value: userId, label: name, hint: email }))}
              placeholder={chosen.length === 0 ? "Name somebody instead" : "Name somebody else too"}
              onChange={(userId) => onChange([...userIds, userId])}
              className="sm:max-w-xs"
            />
          )}
        </div>
      )}
    </div>
  );
}
