import Link from "next/link";
import { Badge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { cn } from "#components/ui/cn";
import { DateTime } from "#components/ui/date-time";
import { LinkButton } from "#components/ui/link-button";
import type { RouterOutputs } from "#server/router";
import { MailFrame } from "./mail-frame.tsx";
import { NameVersion } from "./name-version.tsx";
import { RestoreVersion } from "./restore-version.tsx";
import { VersionComparison } from "./version-comparison.tsx";

type Outputs = RouterOutputs["templates"];
type Props = {
  workspace: string;
  template: { id: string; version: number; status: string };
  versions: Outputs["versions"];
  shown: Outputs["version"];
  /** The newest version, where it is to be compared with the one shown. */
  newest: Outputs["version"] | null;
  /** The version as an example contact would get it; null when it has a mistake. */
  message: Outputs["preview"]["message"];
  timeZone: string;
  editable: boolean;
};

/** Every save of a template, one of them to look at or to compare with the newest, and the way back to it. */
export function TemplateVersions(props: Props) {
  const { workspace, template, shown, newest, message, editable } = props;
  const isNewest = shown.number === template.version;
  const href = `/${workspace}/templates/${template.id}/versions?number=${shown.number}`;
  return (
    <div className="grid gap-6 lg:grid-cols-[18rem_minmax(0,1fr)]">
      <VersionList {...props} />
      <section aria-label={`Version ${shown.number}`} className="min-w-0 space-y-3">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="min-w-0 flex-1 basis-60 text-base font-semibold break-words">
            {shown.label ?? `Version ${shown.number}`}
          </h2>
          {editable && <NameVersion id={template.id} number={shown.number} label={shown.label} />}
          {!isNewest && (
            <LinkButton href={newest ? href : `${href}&compare=newest`}>
              {newest ? "Show this version" : "Compare with the newest"}
            </LinkButton>
          )}
          {editable && !isNewest && template.status !== "archived" && (
            <RestoreVersion workspace={workspace} template={template} number={shown.number} />
          )}
        </div>
        {newest ? (
          <VersionComparison
            before={shown}
            after={newest}
            names={{ before: `version ${shown.number}`, after: `version ${newest.number}` }}
          />
        ) : message ? (
          <MailFrame
            title={`The mail of version ${shown.number}`}
            message={message}
            head={<p className="truncate font-medium">{message.subject || "No subject"}</p>}
          />
        ) : (
          <Callout kind="warning">This version has a mistake, so only its text can be shown.</Callout>
        )}
        {!newest && !message && (
          <pre
            tabIndex={0}
            className="max-h-80 overflow-auto rounded-md border bg-sunken p-3 text-xs whitespace-pre-wrap"
          >
            {shown.html}
          </pre>
        )}
      </section>
    </div>
  );
}

function VersionList({ workspace, template, versions, shown, newest, timeZone }: Props) {
  return (
    <nav
      aria-label="Versions"
      className="max-h-64 overflow-y-auto rounded-lg border bg-surface lg:max-h-144 lg:self-start"
    >
      <ol className="divide-y">
        {versions.map(({ number, label, subject, savedAt, savedBy }) => (
          <li key={number}>
            <Link
              href={`/${workspace}/templates/${template.id}/versions?number=${number}${newest && number !== template.version ? "&compare=newest" : ""}`}
              aria-current={number === shown.number ? "true" : undefined}
              className={cn("block px-3 py-2 hover:bg-hover", number === shown.number && "bg-selected")}
            >
              <span className="flex items-center gap-2 font-medium">
                <span className="truncate">{label ?? `Version ${number}`}</span>
                {label && <span className="shrink-0 text-xs text-muted">Version {number}</span>}
                {number === template.version && <Badge tone="neutral">Newest</Badge>}
              </span>
              <span className="block truncate text-muted">{subject || "No subject"}</span>
              <span className="block truncate text-xs text-muted">
                <DateTime at={savedAt} timeZone={timeZone} />
                {savedBy && `, ${savedBy}`}
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
