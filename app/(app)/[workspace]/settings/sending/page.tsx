import type { Metadata } from "next";
import { Suspense } from "react";
import { AddBlackout } from "#components/sending/add-blackout";
import { AddHolidays } from "#components/sending/add-holidays";
import { BlackoutList } from "#components/sending/blackout-list";
import { HolidayList } from "#components/sending/holiday-list";
import { AddLimit } from "#components/sending/limit-dialog";
import { LimitTable } from "#components/sending/limit-table";
import { UndisturbedTag } from "#components/sending/undisturbed-tag";
import { SettingsTabs } from "#components/settings/settings-tabs";
import { Page } from "#components/ui/page";
import { TableSkeleton } from "#components/ui/table-skeleton";
import { caller } from "#server/caller";

export const metadata: Metadata = { title: "Sending" };

type Props = { params: Promise<{ workspace: string }> };

export default function SendingPage({ params }: Props) {
  return (
    <Page title="Settings" tabs={<SettingsTabs />} width="narrow">
      <Suspense fallback={<TableSkeleton columns={4} rows={3} />}>
        <Sending params={params} />
      </Suspense>
    </Page>
  );
}

async function Sending({ params }: Props) {
  const api = caller((await params).workspace);
  const [{ limits, domains }, blackouts, calendars, tag, tags, { permissions }] = await Promise.all([
    api.sendingLimits.list(),
    api.blackoutDates.list(),
    api.holidayCalendars.list(),
    api.tags.undisturbed(),
    api.tags.list(),
    api.workspaces.current(),
  ]);
  const editable = permissions.includes("workspace:settings");
  return (
    <div className="space-y-8">
      <section>
        <div className="mb-2 flex flex-wrap items-center justify-between gap-3">
          <h2 className="text-base font-semibold">Shared limits</h2>
          {editable && <AddLimit domains={domains} />}
        </div>
        <LimitTable limits={limits} domains={domains} editable={editable} />
      </section>
      <UndisturbedTag tag={tag} tags={tags} editable={editable} />
      <section>
        <div className="mb-2 flex flex-wrap items-center justify-between gap-3">
          <h2 className="text-base font-semibold">Days without sending</h2>
          {editable && (
            <div className="flex gap-2">
              <AddHolidays />
              <AddBlackout />
            </div>
          )}
        </div>
        <HolidayList calendars={calendars} editable={editable} />
        {(blackouts.length > 0 || calendars.length === 0) && (
          <BlackoutList blackouts={blackouts} editable={editable} />
        )}
      </section>
    </div>
  );
}
