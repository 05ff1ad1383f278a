"use client";
import { Copy, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Field } from "#components/ui/field";
import { PanelTabs } from "#components/ui/panel-tabs";
import type { Campaign } from "#components/campaigns/use-campaign-edits";
import {
  asVariant,
  type EmailTest,
  type VariantChanges,
  variantName,
  variantsMax,
  variantsMin,
} from "#server/ab-tests/schema";
import type { EmailContent } from "./test-editor.tsx";
import { VariantFields } from "./variant-fields.tsx";

type Props = {
  content: EmailContent;
  test: EmailTest;
  onChange: (changes: Partial<EmailTest>) => void;
  settings: Campaign["settings"];
  disabled: boolean;
};
type Variant = EmailTest["variants"][number];

/** A tab for each variant: what it says, and how much of the sample gets it. */
export function VariantEditor({ content, test, onChange, settings, disabled }: Props) {
  const [shown, setShown] = useState("1");
  const { variants } = test;
  const total = variants.reduce((sum, { weight }) => sum + (Number(weight) || 0), 0);
  const put = (place: number, variant: Variant) => onChange({ variants: variants.with(place, variant) });
  const insert = (changes: VariantChanges) => {
    onChange({ variants: [...variants, { weight: 1, changes }] });
    setShown(String(variants.length));
  };
  const remove = (place: number) => {
    onChange({ variants: variants.filter((_, index) => index !== place) });
    setShown(String(Math.max(1, place - 1)));
  };
  const full = variants.length >= variantsMax;
  return (
    <div className="rounded-lg border bg-sunken/50 p-3">
      <PanelTabs
        label="Variants"
        value={Number(shown) < variants.length ? shown : "0"}
        onChange={setShown}
        panels={variants.map((variant, place) => ({
          value: String(place),
          label: `Variant ${variantName(place)}`,
          content: (
            <div className="space-y-4">
              {place === 0 ? (
                <Control content={content} test={test} settings={settings} />
              ) : (
                <VariantFields
                  key={place}
                  content={content}
                  dimension={test.dimension}
                  changes={variant.changes}
                  settings={settings}
                  disabled={disabled}
                  onChange={(changes) => put(place, { ...variant, changes })}
                />
              )}
              <div className="flex flex-wrap items-end justify-between gap-3">
                <Field
                  name={`weight-${place}`}
                  label="Share of the sample"
                  type="number"
                  min={1}
                  max={100}
                  className="w-44"
                  value={variant.weight}
                  hint={`${Math.round((100 * (Number(variant.weight) || 0)) / Math.max(1, total))} % get variant ${variantName(place)}.`}
                  onChange={({ target }) => put(place, { ...variant, weight: target.valueAsNumber || 0 })}
                />
                {!disabled && (
                  <div className="flex flex-wrap gap-2">
                    <Button
                      size="sm"
                      disabled={full}
                      onClick={() => insert(place === 0 ? said(content) : { ...variant.changes })}
                    >
                      <Copy /> Copy
                    </Button>
                    {place > 0 && (
                      <Button
                        size="sm"
                        disabled={variants.length <= variantsMin}
                        onClick={() => remove(place)}
                      >
                        <Trash2 /> Remove variant {variantName(place)}
                      </Button>
                    )}
                  </div>
                )}
              </div>
            </div>
          ),
        }))}
      />
      {!disabled && !full && (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => insert({})}>
          <Plus /> Add a variant
        </Button>
      )}
    </div>
  );
}

const said = ({
  subjectLine,
  previewText,
  emailContent,
  emailText,
  sender,
  sendTime,
}: EmailContent): VariantChanges => ({
  subjectLine,
  previewText,
  emailContent,
  emailText,
  ...(sender && { sender }),
  ...(sendTime && { sendTime }),
});

/** The control is the email as it is written: shown here, changed there. */
function Control({ content, test, settings }: Pick<Props, "content" | "test" | "settings">) {
  const { subjectLine, emailContent, sender, sendTime } = asVariant(
    { ...content, emailText: content.emailText ?? null },
    test,
    0,
  );
  const words = {
    subject: subjectLine || "No subject yet",
    content: textOf(emailContent) || "No body yet",
    sender: `${sender?.fromName || settings.fromName} <${sender?.fromEmail || settings.fromEmail}>`,
    send_time: sendTime ? `At ${sendTime}` : "As soon as it is its turn",
  };
  return (
    <div>
      <p className="line-clamp-4 rounded-md border bg-surface px-3 py-2 break-words">
        {words[test.dimension]}
      </p>
      <p className="mt-1.5 text-xs text-muted">
        Variant A is the email as it stands under Write. The others are compared with it.
      </p>
    </div>
  );
}

const textOf = (html: string) =>
  html
    .replace(/<(style|head)[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 400);
