import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { namedIn } from "./named.ts";

/** A picture or an attached file that nothing refers to is kept for so long: it may be wanted again. */
const unusedDays = 30;

/**
 * What a workspace's emails refer to: ids of pictures and of attached files. `ours`: the workspace is one of this
 * database. Of files that are not among them, pictures younger than `dayAgo` may still be on their way into the
 * database, and attachments younger than `monthAgo` into a step.
 */
export type MailFiles = {
  ours: boolean;
  pictures: ReadonlySet<string>;
  attachments: ReadonlySet<string>;
  dayAgo: number;
  monthAgo: number;
};

/**
 * Forgets the pictures that no text of the workspace has referred to for a month, and says what is left. What stands in
 * words that were sent is kept for good, whatever became of the words.
 */
export async function collectPictures(scope: Scope): Promise<MailFiles> {
  return withTenant(
    scope,
    async (tx) => {
      const [moments] = await tx.execute<{ ours: boolean; dayAgo: Date; monthAgo: Date }>(sql`
        select exists (select from workspaces where id = ${scope.workspaceId}::uuid) as ours,
          app_now() - interval '1 day' as "dayAgo", app_now() - make_interval(days => ${unusedDays}) as "monthAgo"`);
      await markReferred(tx);
      await tx.execute(sql`
        delete from pictures
        where kept_since is null and referred_at < app_now() - make_interval(days => ${unusedDays})`);
      const pictures = await tx.execute<{ id: string }>(sql`select id from pictures`);
      return {
        ours: moments?.ours ?? false,
        pictures: new Set(pictures.map(({ id }) => id)),
        attachments: await attachedFiles(tx),
        dayAgo: moments?.dayAgo.getTime() ?? 0,
        monthAgo: moments?.monthAgo.getTime() ?? 0,
      };
    },
    { statementTimeoutMs: 5 * 60_000 },
  );
}

/**
 * Every text that may hold a picture: templates and their versions, steps with their tests and their earlier states,
 * saved campaigns, drafts. What a step said at a launch, and what was said to one person, may have been sent.
 */
async function markReferred(tx: TenantTx): Promise<void> {
  await tx.execute(sql`
    with open_pictures as materialized (select id from pictures where kept_since is null),
    texts as (
      select html as words, false as sent from templates where deleted_at is null
      union all select v.html, false from template_versions v join templates t on t.id = v.template_id and t.deleted_at is null
      union all select email_content, false from campaign_steps s join campaigns k on k.id = s.campaign_id and k.deleted_at is null
      union all select s.test::text, false from campaign_steps s join campaigns k on k.id = s.campaign_id and k.deleted_at is null
      union all select c.state::text, false from campaign_step_states c join campaigns k on k.id = c.campaign_id and k.deleted_at is null
      union all select structure::text, false from campaign_templates
      union all select changes::text, true from ab_test_variants
      union all select html, true from campaign_step_versions
      union all select body, true from email_drafts
      union all select edited_body, true from email_drafts
    ), named as materialized (
      select n.id, bool_or(t.sent) as sent from texts t cross join lateral (${namedIn(sql`t.words`)}) n
      where t.words like '%/p/%' and exists (select from open_pictures) group by n.id
    )
    update pictures p
    set referred_at = app_now(), kept_since = case when n.sent then app_now() end
    from named n where p.id = n.id and p.kept_since is null`);
}

/** The files that go with an email: of steps, of what they were, and of saved campaigns. */
async function attachedFiles(tx: TenantTx): Promise<Set<string>> {
  const rows = await tx.execute<{ id: string }>(sql`
    select distinct file ->> 'id' as id
    from (
      select jsonb_build_object('attachments', attachments) as held from campaign_steps
      union all select config from campaign_step_versions
      union all select state from campaign_step_states
      union all select structure from campaign_templates
    ) h cross join lateral jsonb_path_query(h.held, 'lax $.**.attachments[*]') as file
    where jsonb_typeof(file) = 'object' and file ? 'id'`);
  return new Set(rows.map(({ id }) => id));
}
