import { Field } from "#components/ui/field";
import { Section } from "#components/ui/section";
import { Switch } from "#components/ui/switch";
import { type CampaignSettings, utmNames } from "#server/campaigns/schema";
import type { Set } from "./settings-form.tsx";

type Props = {
  settings: CampaignSettings;
  set: Set;
  error: (key: string) => string | undefined;
  disabled: boolean;
};

const labels = { utm_source: "Source", utm_medium: "Medium", utm_campaign: "Campaign" };
const examples = { utm_source: "newsletter", utm_medium: "email", utm_campaign: "spring" };

/** What is learnt of those who get the emails, here and on the sender's own website. */
export function TrackingSettings({ settings, set, error, disabled }: Props) {
  const { plainTextOnly, utm } = settings;
  return (
    <Section title="Tracking">
      <div className="space-y-4">
        <Switch
          label="Opens"
          hint="A small picture tells when the mail is opened. Some programs hide this or fake it."
          checked={settings.trackOpens && !plainTextOnly}
          disabled={disabled || plainTextOnly}
          onCheckedChange={(on) => set("trackOpens", on)}
        />
        <Switch
          label="Clicks"
          hint="Links lead through this server first. Unsubscribe and mail links stay as they are."
          checked={settings.trackClicks && !plainTextOnly}
          disabled={disabled || plainTextOnly}
          onCheckedChange={(on) => set("trackClicks", on)}
        />
        <Switch
          label="Plain text"
          hint="Every email leaves as text alone, like one written by hand. Opens and clicks cannot be told."
          checked={plainTextOnly}
          disabled={disabled}
          onCheckedChange={(on) => set("plainTextOnly", on)}
        />
        <fieldset>
          <legend className="font-medium">Web statistics (UTM)</legend>
          <p className="mt-0.5 text-xs text-muted">
            Added to every web link that does not have them yet, so that your website knows who comes from
            this campaign. Empty ones are left out.
          </p>
          <div className="mt-3 grid gap-4 sm:grid-cols-3">
            {utmNames.map((name) => (
              <Field
                key={name}
                name={name}
                label={labels[name]}
                placeholder={examples[name]}
                autoComplete="off"
                value={utm[name] ?? ""}
                error={error(`utm.${name}`)}
                onChange={(event) => set("utm", { ...utm, [name]: event.target.value })}
              />
            ))}
          </div>
        </fieldset>
      </div>
    </Section>
  );
}
