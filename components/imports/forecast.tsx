import { Callout } from "#components/ui/callout";
import { Section } from "#components/ui/section";
import { count } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";
import { RowSum } from "./row-sum.tsx";
import { StepHeading } from "./step-heading.tsx";

/** What a check found: what becomes of the rows. */
export function Forecast({
  job,
  forecast,
  hopeless,
}: {
  job: Detail;
  forecast: NonNullable<Detail["forecast"]>;
  hopeless: boolean;
}) {
  return (
    <Section
      title={<StepHeading>{hopeless ? "Nothing can be imported" : "This is what will happen"}</StepHeading>}
      description={`${job.fileName}: ${count(forecast.rows)} rows. Nothing is written yet.`}
    >
      <RowSum
        total={forecast.rows}
        created={forecast.created}
        updated={forecast.updated}
        unchanged={forecast.unchanged}
        existing={forecast.existing}
        repeated={forecast.repeated}
        errors={forecast.errors}
      />
      {forecast.unmailable > 0 && (
        <Callout
          kind="info"
          className="mt-4"
          title={`${count(forecast.unmailable)} of these people are not mailed`}
        >
          They unsubscribed, bounced or are on the suppression list. Their fields are imported; they stay as
          they are otherwise.
        </Callout>
      )}
      {hopeless && (
        <Callout kind="danger" className="mt-4" title="Every row is rejected">
          Look at the reasons below. Often the column of the addresses is another one: change the mapping and
          choose it, or mend the file and import it again.
        </Callout>
      )}
    </Section>
  );
}
