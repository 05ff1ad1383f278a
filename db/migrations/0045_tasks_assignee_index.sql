-- no transaction: built beside running campaigns.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_tasks_assignee ON tasks USING btree
  (tenant_id,workspace_id,assignee_id,(coalesce(due_on, 'infinity'::date)),id) WHERE done_at is null;
