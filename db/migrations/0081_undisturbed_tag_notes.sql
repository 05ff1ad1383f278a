ALTER TABLE "missed_wakes" ALTER COLUMN "contact_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "missed_wakes" ADD COLUMN "tag_id" uuid;--> statement-breakpoint
ALTER TABLE "missed_wakes" ADD COLUMN "up_to" uuid;--> statement-breakpoint
ALTER TABLE "missed_wakes" ADD CONSTRAINT "missed_wakes_tag_id_fkey" FOREIGN KEY ("tenant_id","tag_id") REFERENCES "public"."tags"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_missed_wakes_tag" ON "missed_wakes" USING btree ("tenant_id","tag_id") WHERE tag_id is not null;--> statement-breakpoint
ALTER TABLE "missed_wakes" ADD CONSTRAINT "contact_or_tag" CHECK ((contact_id is null) <> (tag_id is null));--> statement-breakpoint
-- Whoever loses the tag is noted while it is the one that keeps campaigns away, and while those who had it then are still
-- being let go: who comes behind the place reached would be passed over.
CREATE OR REPLACE FUNCTION public.note_disturbable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT public.in_workspace() THEN RETURN NULL; END IF;
  INSERT INTO public.missed_wakes (contact_id)
  SELECT g.contact_id FROM gone g
  WHERE g.tag_id = ANY (ARRAY(
      SELECT t.id FROM public.tags t WHERE t.do_not_disturb
      UNION ALL SELECT n.tag_id FROM public.missed_wakes n WHERE n.tag_id IS NOT NULL))
    -- With the contact itself nothing is left to look for.
    AND EXISTS (SELECT FROM public.contacts c WHERE c.id = g.contact_id);
  RETURN NULL;
END $$;--> statement-breakpoint
-- With the tag itself go its bearers, so all of them are noted one by one. Whoever is being given it is waited for.
CREATE OR REPLACE FUNCTION public.note_all_disturbable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF public.in_workspace()
    AND (OLD.do_not_disturb OR EXISTS (SELECT FROM public.missed_wakes n WHERE n.tag_id = OLD.id)) THEN
    PERFORM FROM public.tags t WHERE t.id = OLD.id FOR UPDATE;
    INSERT INTO public.missed_wakes (contact_id)
    SELECT b.contact_id FROM public.contact_tags b
    WHERE b.tag_id = OLD.id AND EXISTS (SELECT FROM public.contacts c WHERE c.id = b.contact_id);
  END IF;
  RETURN OLD;
END $$;--> statement-breakpoint
DROP TRIGGER note_disturbable_trigger ON public.tags;--> statement-breakpoint
CREATE TRIGGER note_disturbable_trigger BEFORE DELETE ON public.tags
  FOR EACH ROW EXECUTE FUNCTION public.note_all_disturbable();--> statement-breakpoint
-- A tag that is no longer the one keeps its bearers: one note speaks for all of them, however many there are.
CREATE FUNCTION public.note_no_longer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF public.in_workspace() THEN
    INSERT INTO public.missed_wakes (tag_id) VALUES (OLD.id);
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
DROP TRIGGER note_no_longer_trigger ON public.tags;--> statement-breakpoint
CREATE TRIGGER note_no_longer_trigger BEFORE UPDATE OF do_not_disturb ON public.tags
  FOR EACH ROW WHEN (OLD.do_not_disturb AND NOT NEW.do_not_disturb) EXECUTE FUNCTION public.note_no_longer();
