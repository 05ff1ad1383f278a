import { Callout } from "#components/ui/callout";
import { Section } from "#components/ui/section";
import { newListsMax, tooManyLists } from "#server/imports/schema";
import { count } from "./import-status.tsx";
import type { Detail } from "./import-view.tsx";
import { NotMailed } from "./not-mailed.tsx";
import { RowSum } from "./row-sum.tsx";
import { StepHeading } from "./step-heading.tsx";

/** What a check found: what becomes of the rows. */
export function Forecast({
  workspace,
  job,
  forecast,
  hopeless,
}: {
  workspace: string;
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
        <div className="mt-4">
          <NotMailed workspace={workspace} id={job.id} count={forecast.unmailable} />
        </div>
      )}
      {forecast.newLists && <NewLists {...forecast.newLists} />}
      {hopeless && (
        <Callout kind="danger" className="mt-4" title="Every row is rejected">
          Look at the reasons below. Often the column of the addresses is another one: change the mapping and
          choose it, or mend the file and import it again.
        </Callout>
      )}
    </Section>
  );
}

type NewListsProps = NonNullable<NonNullable<Detail["forecast"]>["newLists"]>;

/** The lists that the rows name and nobody has made yet. */
function NewLists({ count: made, names }: NewListsProps) {
  if (made === 0) return null;
  if (made > newListsMax)
    return (
      <Callout kind="danger" className="mt-4" title="Too many new lists">
        {tooManyLists}
      </Callout>
    );
  return (
    <Callout
      kind="info"
      className="mt-4"
      title={made === 1 ? "1 list is made" : `${count(made)} lists are made`}
    >
      {names.join(", ")}
      {made > names.length && ` and ${count(made - names.length)} more`}
    </Callout>
  );
}
