import { commitThenSend } from "#server/drivers/events";
import { env } from "#server/env";
import { AppError } from "#server/errors";
import { allowed, router } from "#server/trpc";
import { describedServer, noteMailboxTest, reconnect } from "./connection.ts";
import { testInbox, testMailbox } from "./live-test.ts";
import { createMailbox, makeDefaultMailbox, removeMailbox, updateMailbox } from "./mutations.ts";
import { listMailboxes, mailServerOf } from "./queries.ts";
import { readingServer, setReading, stopReading } from "./reading.ts";
import {
  mailboxConnectionInput,
  mailboxCreateInput,
  mailboxIdInput,
  mailboxReadingInput,
  mailboxReconnectInput,
  mailboxUpdateInput,
  type MailboxCheck,
  type MailboxConnectionInput,
  type MailboxReadingInput,
} from "./schema.ts";

const testConnection = ({
  email,
  smtpHost,
  smtpPort,
  smtpSecurity,
  smtpUsername,
  password,
}: MailboxConnectionInput) =>
  testMailbox(
    {
      host: smtpHost,
      port: smtpPort,
      security: smtpSecurity,
      user: smtpUsername || undefined,
      password,
      trusted: false,
    },
    email,
  );

const fieldOfPhase: Record<string, keyof MailboxConnectionInput> = {
  DNS: "smtpHost",
  connect: "smtpPort",
  TLS: "smtpSecurity",
  "sign-in": "password",
  "MAIL FROM": "email",
};
const readingFieldOfPhase: Record<string, keyof MailboxReadingInput> = {
  DNS: "imapHost",
  connect: "imapPort",
  TLS: "imapSecurity",
  "sign-in": "imapPassword",
  inbox: "imapHost",
};
const scopeOf = ({ workspace }: { workspace: { id: string; tenantId: string } }) => ({
  tenantId: workspace.tenantId,
  workspaceId: workspace.id,
});
const failureIn = (checks: readonly MailboxCheck[]) => checks.find(({ outcome }) => outcome === "failed");

/** Throws `invalid` at the field that the failed phase is about. */
function refuseFailed(
  checks: readonly MailboxCheck[],
  fields: Readonly<Record<string, string>>,
  otherwise: string,
): void {
  const failed = failureIn(checks);
  if (!failed) return;
  throw new AppError("invalid", `${failed.phase}: ${failed.text}`, {
    [fields[failed.phase] ?? otherwise]: failed.text,
  });
}

export const mailboxesRouter = router({
  /** `sandboxUrl` is where the mail of sandbox mailboxes can be read, on the machine of the installation. */
  list: allowed("campaigns:read").query(async ({ ctx }) => ({
    mailboxes: await ctx.tenant(listMailboxes),
    sandboxUrl: `http://127.0.0.1:${env.SANDBOX_PORT}`,
  })),

  /** Tries a connection before it is saved. */
  test: allowed("mailboxes:write")
    .input(mailboxConnectionInput)
    .mutation(({ input }) => testConnection(input)),

  create: allowed("mailboxes:write")
    .input(mailboxCreateInput)
    .mutation(async ({ ctx, input }) => {
      refuseFailed(await testConnection(input), fieldOfPhase, "smtpHost");
      return ctx.tenant((tx) => createMailbox(tx, ctx.session.user.id, input));
    }),

  /** Tries the server of a mailbox that exists, and notes what came of it. */
  retest: allowed("mailboxes:write")
    .input(mailboxIdInput)
    .mutation(async ({ ctx, input }) => {
      const { server, email } = await ctx.tenant(async (tx) => {
        const server = await mailServerOf(tx, input.id);
        const mailbox = (await listMailboxes(tx)).find(({ id }) => id === input.id);
        return { server, email: mailbox?.email ?? "" };
      });
      const checks = await testMailbox(server, email);
      const failed = failureIn(checks);
      const scope = scopeOf(ctx.member);
      await commitThenSend(scope, (tx) =>
        noteMailboxTest(tx, scope, input.id, failed ? `${failed.phase}: ${failed.text}` : null),
      );
      return checks;
    }),

  /** Tries another connection of a mailbox before it is saved. */
  testConnection: allowed("mailboxes:write")
    .input(mailboxReconnectInput)
    .mutation(async ({ ctx, input }) => {
      const { server, email } = await ctx.tenant((tx) => describedServer(tx, input));
      return testMailbox(server, email);
    }),

  reconnect: allowed("mailboxes:write")
    .input(mailboxReconnectInput)
    .mutation(async ({ ctx, input }) => {
      const { server, email } = await ctx.tenant((tx) => describedServer(tx, input));
      refuseFailed(await testMailbox(server, email), fieldOfPhase, "smtpHost");
      const scope = scopeOf(ctx.member);
      const { paused } = await commitThenSend(scope, (tx) =>
        reconnect(tx, { scope, userId: ctx.session.user.id }, input),
      );
      return { paused };
    }),

  /** Tries to read the inbox before that is saved. */
  testReading: allowed("mailboxes:write")
    .input(mailboxReadingInput)
    .mutation(async ({ ctx, input }) => testInbox(await ctx.tenant((tx) => readingServer(tx, input)))),

  setReading: allowed("mailboxes:write")
    .input(mailboxReadingInput)
    .mutation(async ({ ctx, input }) => {
      const checks = await testInbox(await ctx.tenant((tx) => readingServer(tx, input)));
      refuseFailed(checks, readingFieldOfPhase, "imapHost");
      await commitThenSend(scopeOf(ctx.member), (tx) =>
        setReading(tx, scopeOf(ctx.member), ctx.session.user.id, input),
      );
    }),
  stopReading: allowed("mailboxes:write")
    .input(mailboxIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => stopReading(tx, ctx.session.user.id, input.id))),

  update: allowed("mailboxes:write")
    .input(mailboxUpdateInput)
    .mutation(({ ctx, input }) =>
      commitThenSend(scopeOf(ctx.member), (tx) =>
        updateMailbox(tx, { scope: scopeOf(ctx.member), userId: ctx.session.user.id }, input),
      ),
    ),
  makeDefault: allowed("mailboxes:write")
    .input(mailboxIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => makeDefaultMailbox(tx, input.id))),
  remove: allowed("mailboxes:write")
    .input(mailboxIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeMailbox(tx, ctx.session.user.id, input.id))),
});
