import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { expireBodies } from "./retention.ts";

test("texts of received mail go after the months that the organization says, the others stay, another's too", async () => {
  const [ours, theirs] = [await newTenant(), await newTenant()];
  await ours.caller.replies.updateRetention({ bodyMonths: 1 });
  expect(await ours.caller.replies.retention()).toEqual({ bodyMonths: 1 });
  await expect(ours.caller.replies.updateRetention({ bodyMonths: 0 })).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
  const arrives = ({ scope }: typeof ours) =>
    withTenant(scope, (tx) =>
      tx.execute(
        sql`insert into content.email_content (storage_key, message_id, text) values ('x', uuidv7(), 'x')`,
      ),
    );
  const kept = ({ scope }: typeof ours) =>
    withTenant(scope, async (tx) => (await tx.execute(sql`select 1 from content.email_content`)).length);
  await Promise.all([ours, ours, theirs].map(arrives));
  await moveClock("20 days");
  await arrives(ours);
  await moveClock("15 days");
  expect([await expireBodies(), await expireBodies()]).toEqual([2, 0]);
  expect([await kept(ours), await kept(theirs)]).toEqual([1, 1]);
});
