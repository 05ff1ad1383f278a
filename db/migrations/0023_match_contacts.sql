-- Ids of the contacts of the workspace that a filter of the contact list lets through, never more than `at_most`. With
-- `behind` they are those of larger ids (up to `upto`) in their order; else the newest where many match, and all or the
-- first that come where few do. `what` holds only the parts that are asked for: q, equal, ranges, status, stage, score,
-- added, active, tags, lists. Read by the definer role, since neither LIKE nor @> may use an index under the policies,
-- and filtered by the transaction's own settings.
CREATE FUNCTION public.match_contacts(what jsonb, at_most integer DEFAULT 10001, behind uuid DEFAULT NULL, upto uuid DEFAULT NULL)
RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog, public, pg_temp
  SET synchronize_seqscans = off SET enable_seqscan = on SET enable_bitmapscan = on SET enable_sort = on
  SET max_parallel_workers_per_gather = 2 AS $$
DECLARE
  tenant uuid := nullif(current_setting('app.current_tenant_id', true), '')::uuid;
  workspace uuid := nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid;
  own text := 'c.tenant_id = $1 AND c.workspace_id = $2 AND c.deleted_at IS NULL';
  pattern text := '%' || replace(replace(replace(lower(what ->> 'q'), '\', '\\'), '%', '\%'), '_', '\_') || '%';
  status text[] := ARRAY(SELECT jsonb_array_elements_text(what -> 'status'));
  stage text[] := ARRAY(SELECT jsonb_array_elements_text(what -> 'stage'));
  searched text := '';
  asked text := '';
  chosen text;
  field record;
  tag text;
  list text;
  pages real;
  sample uuid[];
  hits integer;
  walk boolean := false;
BEGIN
  IF tenant IS NULL OR workspace IS NULL THEN
    RETURN;
  END IF;
  IF pattern IS NOT NULL THEN
    searched := ' AND public.contact_search_text(c.email_normalized, c.name, c.first_name, c.last_name, c.company) LIKE $3';
  END IF;
  IF what ? 'equal' THEN
    asked := asked || ' AND c.custom_fields @> ($4 -> ''equal'')';
  END IF;
  -- Both ends of a range are of one type, and so is what lies between them.
  FOR field IN SELECT key, value -> 0 AS low, value -> 1 AS high FROM jsonb_each(what -> 'ranges') LOOP
    asked := asked || format(' AND c.custom_fields -> %L BETWEEN %L::jsonb AND %L::jsonb', field.key, field.low, field.high);
  END LOOP;
  -- One value is an equation, which an index answers in the order of the ids; nearly everybody has the usual state, which
  -- the indexes leave out.
  IF what ? 'status' THEN
    asked := asked || CASE WHEN cardinality(status) = 1 THEN ' AND c.status = $5[1]' ELSE ' AND c.status = ANY ($5)' END
      || CASE WHEN 'active' = ANY (status) THEN '' ELSE ' AND c.status <> ''active''' END;
  END IF;
  IF what ? 'stage' THEN
    asked := asked || CASE WHEN cardinality(stage) = 1 THEN ' AND c.lifecycle_stage = $6[1]' ELSE ' AND c.lifecycle_stage = ANY ($6)' END
      || CASE WHEN 'new' = ANY (stage) THEN '' ELSE ' AND c.lifecycle_stage <> ''new''' END;
  END IF;
  IF what ? 'score' THEN
    asked := asked || ' AND c.lead_score BETWEEN ($4 #>> ''{score,0}'')::int AND ($4 #>> ''{score,1}'')::int';
  END IF;
  IF what #>> '{added,0}' IS NOT NULL THEN
    asked := asked || ' AND c.created_at >= ($4 #>> ''{added,0}'')::timestamptz';
  END IF;
  IF what #>> '{added,1}' IS NOT NULL THEN
    asked := asked || ' AND c.created_at < ($4 #>> ''{added,1}'')::timestamptz';
  END IF;
  IF what #>> '{active,0}' IS NOT NULL THEN
    asked := asked || ' AND c.last_activity_at >= ($4 #>> ''{active,0}'')::timestamptz';
  END IF;
  IF what #>> '{active,1}' IS NOT NULL THEN
    asked := asked || ' AND c.last_activity_at < ($4 #>> ''{active,1}'')::timestamptz';
  END IF;
  FOR tag IN SELECT jsonb_array_elements_text(what -> 'tags') LOOP
    asked := asked || format(' AND EXISTS (SELECT FROM public.contact_tags ct
      WHERE ct.tenant_id = $1 AND ct.contact_id = c.id AND ct.tag_id = %L::uuid)', tag);
  END LOOP;
  FOR list IN SELECT jsonb_array_elements_text(what -> 'lists') LOOP
    asked := asked || format(' AND EXISTS (SELECT FROM public.segment_contacts sc
      WHERE sc.tenant_id = $1 AND sc.segment_id = %L::uuid AND sc.contact_id = c.id)', list);
  END LOOP;
  -- What is common is found soonest by looking at one contact after the other, what is rare by its index. The planner
  -- cannot tell: it knows nothing of how often a word or two filters together fit. A sample does.
  SELECT 100 * 60 / greatest(relpages, 1)::real INTO pages
  FROM pg_class WHERE oid = 'public.contacts'::regclass AND reltuples > 50000;
  IF pages IS NOT NULL AND asked || searched <> '' THEN
    EXECUTE 'SELECT ARRAY(SELECT c.id FROM public.contacts c TABLESAMPLE SYSTEM ($3) REPEATABLE (0) WHERE ' || own || ')'
      INTO sample USING tenant, workspace, least(pages, 100);
    IF cardinality(sample) >= 100 THEN
      -- One by one: the planner would look a common word up for the whole table.
      PERFORM set_config('enable_bitmapscan', 'off', true);
      EXECUTE 'SELECT count(*) FROM public.contacts c WHERE c.id = ANY ($7) AND ' || own || asked || searched
        INTO hits USING tenant, workspace, pattern, what, status, stage, sample;
      walk := hits * 20 >= cardinality(sample);
      IF NOT walk AND searched <> '' AND asked <> '' THEN
        EXECUTE 'SELECT count(*) FROM public.contacts c WHERE c.id = ANY ($7) AND ' || own || searched
          INTO hits USING tenant, workspace, pattern, what, status, stage, sample;
        -- No index has this expression.
        IF hits * 20 >= cardinality(sample) THEN
          searched := replace(searched, ' LIKE', ' || '''' LIKE');
        END IF;
      END IF;
    END IF;
  END IF;
  PERFORM set_config('enable_bitmapscan', CASE WHEN walk THEN 'off' ELSE 'on' END, true);
  IF walk THEN
    PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true),
      set_config('max_parallel_workers_per_gather', '0', true);
  END IF;
  chosen := 'SELECT c.id FROM public.contacts c WHERE ' || own || asked || searched;
  RETURN QUERY EXECUTE CASE
      WHEN behind IS NOT NULL THEN chosen || ' AND c.id > $8 AND c.id <= coalesce($9, c.id) ORDER BY c.id LIMIT $10'
      WHEN walk THEN chosen || ' ORDER BY c.id DESC LIMIT $10'
      -- Planned as if all were wanted: a plan that hopes to find enough soon would look at everybody.
      WHEN sample IS NOT NULL THEN 'WITH every AS MATERIALIZED (' || chosen || ') SELECT id FROM every LIMIT $10'
      ELSE chosen || ' LIMIT $10' END
    USING tenant, workspace, pattern, what, status, stage, sample, behind, upto, at_most;
END $$;--> statement-breakpoint
DROP FUNCTION public.find_contacts(text, jsonb, jsonpath, integer);
