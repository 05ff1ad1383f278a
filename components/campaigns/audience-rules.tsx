"use client";
import { Checkbox } from "#components/ui/checkbox";
import { Field } from "#components/ui/field";
import { Section } from "#components/ui/section";
import { Select } from "#components/ui/select";
import { Switch } from "#components/ui/switch";
import { TextLink } from "#components/ui/text-link";
import type { Audience } from "#server/campaigns/schema";
import { lifecycleStages } from "#server/segments/schema";

type Props = { audience: Audience; disabled: boolean; onChange: (audience: Audience) => void };

/** Who stays out though lists, segments or triggers say otherwise: asked at the moment of enrolling. */
export function LeaveOut({ audience, disabled, onChange }: Props) {
  const { leaveOut } = audience;
  const set = (change: Partial<Audience["leaveOut"]>) =>
    onChange({ ...audience, leaveOut: { ...leaveOut, ...change } });
  return (
    <div className="mt-5 space-y-4 border-t pt-4">
      <Switch
        label="Whoever is on the way in another campaign"
        hint="They may come in here later, once they have left the other one."
        checked={leaveOut.inOtherCampaign}
        disabled={disabled}
        onCheckedChange={(inOtherCampaign) => set({ inOtherCampaign })}
      />
      <Field name="emailedWithinHours" label="Whoever got an email lately" className="sm:max-w-72">
        {(control) => (
          <Select
            {...control}
            disabled={disabled}
            value={String(leaveOut.emailedWithinHours)}
            onChange={(event) => set({ emailedWithinHours: Number(event.target.value) })}
          >
            <option value="0">Does not matter</option>
            {[24, 48, 72, 168, 336, 720].map((hours) => (
              <option key={hours} value={hours}>
                In the last {hours <= 72 ? `${hours} hours` : `${hours / 24} days`}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <fieldset disabled={disabled}>
        <legend className="mb-2 font-medium">Whoever is at the stage</legend>
        <div className="flex flex-wrap gap-x-5 gap-y-2">
          {lifecycleStages.map((stage) => (
            <Checkbox
              key={stage}
              label={stage.replaceAll("_", " ")}
              checked={leaveOut.stages.includes(stage)}
              onChange={(event) =>
                set({
                  stages: event.target.checked
                    ? [...leaveOut.stages, stage]
                    : leaveOut.stages.filter((each) => each !== stage),
                })
              }
            />
          ))}
        </div>
      </fieldset>
    </div>
  );
}

const dayChoices = [1, 7, 14, 30, 60, 90, 180, 365];

/** Whether somebody whose way has ended may come in again. */
export function ComingAgain({ audience, disabled, onChange }: Props) {
  const { reenrollment } = audience;
  const value = reenrollment.mode === "after" ? String(reenrollment.days) : reenrollment.mode;
  const days = [
    ...new Set([...dayChoices, ...(reenrollment.mode === "after" ? [reenrollment.days] : [])]),
  ].sort((a, b) => a - b);
  return (
    <Section
      title="Coming again"
      description="For somebody who has been through it. Whoever bounced, unsubscribed or complained never comes again."
    >
      <Field name="reenrollment" label="May be enrolled again" className="sm:max-w-72">
        {(control) => (
          <Select
            {...control}
            disabled={disabled}
            value={value}
            onChange={({ target }) =>
              onChange({
                ...audience,
                reenrollment:
                  target.value === "never" || target.value === "always"
                    ? { mode: target.value }
                    : { mode: "after", days: Number(target.value) },
              })
            }
          >
            <option value="never">Never</option>
            <option value="always">As soon as their way has ended</option>
            {days.map((count) => (
              <option key={count} value={count}>
                {count === 1 ? "1 day after it ended" : `${count} days after it ended`}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </Section>
  );
}

/** Frozen at the launch, or living: with who comes and who goes later. */
export function LivingAudience({ audience, disabled, onChange, workspace }: Props & { workspace: string }) {
  const living = audience.autoEnroll && !audience.everyone;
  return (
    <Section
      title="After the launch"
      description={
        living
          ? "The audience lives: the campaign goes on until you end it."
          : "The audience is frozen at the launch: who joins later is not added."
      }
    >
      <div className="space-y-4">
        <Switch
          label="Enroll who comes to these lists and segments later"
          hint={
            audience.everyone ? (
              <>
                Not for everybody: choose lists or segments, or{" "}
                <TextLink href={`/${workspace}/segments/new`}>build a segment</TextLink>.
              </>
            ) : (
              "Within a minute for lists; a segment’s members are worked out every half hour and after changes."
            )
          }
          checked={living}
          disabled={disabled || audience.everyone}
          onCheckedChange={(autoEnroll) =>
            onChange({ ...audience, autoEnroll, removeOnExit: autoEnroll && audience.removeOnExit })
          }
        />
        <Switch
          label="Take out who leaves them"
          hint="Whoever falls out of a segment for a moment only stays in."
          checked={living && audience.removeOnExit}
          disabled={disabled || !living}
          onCheckedChange={(removeOnExit) => onChange({ ...audience, removeOnExit })}
        />
      </div>
    </Section>
  );
}
