-- What the tables' defaults and indexes stand on.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

-- Postgres 18 has uuidv7() built in; older servers get one that sorts by the millisecond, as it does.
DO $$
BEGIN
  IF to_regproc('pg_catalog.uuidv7') IS NULL THEN
    CREATE FUNCTION public.uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $body$
      SELECT encode(
        set_bit(set_bit(
          overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6),
          52, 1), 53, 1), 'hex')::uuid
    $body$;
  END IF;
END $$;

-- The product's only clock. Stable within a statement. Tests move it by the row of test_clock, which is read only
-- where the database's own setting says so.
CREATE FUNCTION public.app_now() RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  IF current_setting('app.test_clock', true) = 'on' THEN
    RETURN statement_timestamp() + coalesce((SELECT offset_interval FROM public.test_clock), interval '0');
  END IF;
  RETURN statement_timestamp();
END $$;

-- What the search over contacts compares, and its index holds: lower-cased, one space between.
CREATE FUNCTION public.contact_search_text(email text, name text, first_name text, last_name text, company text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(coalesce(email, '') || ' ' || coalesce(name, '') || ' ' || coalesce(first_name, '') || ' '
    || coalesce(last_name, '') || ' ' || coalesce(company, ''))
$$;
