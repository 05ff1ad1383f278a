import Link from "next/link";
import { Badge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { cn } from "#components/ui/cn";
import { DateTime } from "#components/ui/date-time";
import type { RouterOutputs } from "#server/router";
import { RestoreVersion } from "./restore-version.tsx";

type Outputs = RouterOutputs["templates"];
type Props = {
  workspace: string;
  template: { id: string; version: number };
  versions: Outputs["versions"];
  shown: Outputs["version"];
  /** The version as an example contact would get it; null when it has a mistake. */
  message: Outputs["preview"]["message"];
  timeZone: string;
  editable: boolean;
};

/** Every save of a template, one of them to look at, and the way back to it. */
export function TemplateVersions({
  workspace,
  template,
  versions,
  shown,
  message,
  timeZone,
  editable,
}: Props) {
  const isNewest = shown.number === template.version;
  return (
    <div className="grid gap-6 lg:grid-cols-[18rem_1fr]">
      <nav
        aria-label="Versions"
        className="max-h-64 overflow-y-auto rounded-lg border bg-surface lg:max-h-144"
      >
        <ol className="divide-y">
          {versions.map(({ number, subject, savedAt }) => (
            <li key={number}>
              <Link
                href={`/${workspace}/templates/${template.id}/versions?number=${number}`}
                aria-current={number === shown.number ? "true" : undefined}
                className={cn("block px-3 py-2 hover:bg-hover", number === shown.number && "bg-selected")}
              >
                <span className="flex items-center gap-2 font-medium">
                  Version {number}
                  {number === template.version && <Badge tone="neutral">Newest</Badge>}
                </span>
                <span className="block truncate text-muted">{subject || "No subject"}</span>
                <span className="block text-xs text-muted">
                  <DateTime at={savedAt} timeZone={timeZone} />
                </span>
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      <section aria-label={`Version ${shown.number}`} className="min-w-0 space-y-3">
        <div className="flex flex-wrap items-center gap-3">
          <h2 className="min-w-0 flex-1 text-base font-semibold break-words">
            {shown.subject || "No subject"}
          </h2>
          {editable && !isNewest && (
            <RestoreVersion workspace={workspace} template={template} number={shown.number} />
          )}
        </div>
        {message ? (
          <iframe
            title={`The mail of version ${shown.number}`}
            sandbox=""
            srcDoc={message.html}
            className="block h-112 w-full rounded-md border bg-white"
          />
        ) : (
          <Callout kind="warning">This version has a mistake, so only its text can be shown.</Callout>
        )}
        <pre
          tabIndex={0}
          className="max-h-80 overflow-auto rounded-md border bg-sunken p-3 text-xs whitespace-pre-wrap"
        >
          {shown.html}
        </pre>
      </section>
    </div>
  );
}
