import { Tabs } from "#components/ui/tabs";

/** The two pages of imports. */
export function ImportTabs({ workspace }: { workspace: string }) {
  return (
    <Tabs
      label="Imports"
      tabs={[
        { label: "History", href: `/${workspace}/imports` },
        { label: "Schedules", href: `/${workspace}/imports/schedules` },
      ]}
    />
  );
}
