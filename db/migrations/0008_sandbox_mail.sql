CREATE SCHEMA "sandbox";
--> statement-breakpoint
CREATE TABLE "sandbox"."acts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"message_id" uuid NOT NULL,
	"act" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	"result" text,
	CONSTRAINT "valid_act" CHECK (act in ('open', 'click', 'unsubscribe'))
);
--> statement-breakpoint
CREATE TABLE "sandbox"."messages" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"mailbox" text,
	"mail_from" text collate "C" NOT NULL,
	"rcpt_to" text collate "C" NOT NULL,
	"from_text" text DEFAULT '' NOT NULL,
	"subject" text DEFAULT '' NOT NULL,
	"rfc_message_id" text collate "C",
	"size_bytes" integer NOT NULL,
	"raw" "bytea" NOT NULL,
	"seen_at" timestamp with time zone,
	"received_at" timestamp with time zone DEFAULT app_now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sandbox"."settings" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"robot_on" boolean DEFAULT true NOT NULL,
	"open_rate" real DEFAULT 0.6 NOT NULL,
	"click_rate" real DEFAULT 0.2 NOT NULL,
	"unsubscribe_rate" real DEFAULT 0.02 NOT NULL,
	"delay_seconds_min" integer DEFAULT 60 NOT NULL,
	"delay_seconds_max" integer DEFAULT 1200 NOT NULL,
	CONSTRAINT "only_row" CHECK (only_row),
	CONSTRAINT "valid_rates" CHECK (open_rate between 0 and 1 and click_rate between 0 and 1 and unsubscribe_rate between 0 and 1),
	CONSTRAINT "valid_delays" CHECK (delay_seconds_min >= 0 and delay_seconds_max >= delay_seconds_min)
);
--> statement-breakpoint
ALTER TABLE "sandbox"."acts" ADD CONSTRAINT "acts_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "sandbox"."messages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_sandbox_acts_due" ON "sandbox"."acts" USING btree ("due_at") WHERE done_at is null;--> statement-breakpoint
CREATE INDEX "idx_sandbox_acts_message" ON "sandbox"."acts" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "idx_sandbox_messages_recipient" ON "sandbox"."messages" USING btree ("rcpt_to","id");--> statement-breakpoint
CREATE INDEX "idx_sandbox_messages_rfc_id" ON "sandbox"."messages" USING btree ("rfc_message_id");