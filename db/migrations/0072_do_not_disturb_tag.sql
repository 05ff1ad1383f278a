ALTER TABLE "tags" ADD COLUMN "do_not_disturb" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "tags_do_not_disturb_unique" ON "tags" USING btree ("tenant_id","workspace_id") WHERE do_not_disturb;--> statement-breakpoint
-- Whether the transaction is one of a workspace, whose rows can be noted.
CREATE FUNCTION public.in_workspace() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('app.current_tenant_id', true), '') <> ''
    AND coalesce(current_setting('app.current_workspace_id', true), '') NOT IN ('', '*')
$$;--> statement-breakpoint
-- Whoever lost the tag whose bearers get no campaign email may be written to again: the sweeper looks for them. All are
-- noted, whether or not an email waits for them: one that is put off at this moment cannot be seen from here. Nobody asks
-- who was given the tag, since that is asked whenever an email is to leave.
CREATE FUNCTION public.note_disturbable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.in_workspace() THEN RETURN NULL; END IF;
  INSERT INTO public.missed_wakes (contact_id)
  SELECT g.contact_id FROM public.tags t JOIN gone g ON g.tag_id = t.id
  -- With the contact itself nothing is left to look for.
  WHERE t.do_not_disturb AND EXISTS (SELECT FROM public.contacts c WHERE c.id = g.contact_id);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER note_disturbable_trigger AFTER DELETE ON public.contact_tags REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION public.note_disturbable();--> statement-breakpoint
-- The same of everybody with the tag, when it is deleted or no longer the one. Whoever is being given it is waited for.
CREATE FUNCTION public.note_all_disturbable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF public.in_workspace() THEN
    PERFORM FROM public.tags t WHERE t.id = OLD.id FOR UPDATE;
    INSERT INTO public.missed_wakes (contact_id)
    SELECT b.contact_id FROM public.contact_tags b
    WHERE b.tag_id = OLD.id AND EXISTS (SELECT FROM public.contacts c WHERE c.id = b.contact_id);
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER note_disturbable_trigger BEFORE DELETE ON public.tags
  FOR EACH ROW WHEN (OLD.do_not_disturb) EXECUTE FUNCTION public.note_all_disturbable();--> statement-breakpoint
CREATE TRIGGER note_no_longer_trigger BEFORE UPDATE OF do_not_disturb ON public.tags
  FOR EACH ROW WHEN (OLD.do_not_disturb AND NOT NEW.do_not_disturb) EXECUTE FUNCTION public.note_all_disturbable();
