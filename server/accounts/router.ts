import {
  changePassword,
  revokeOtherSessions,
  revokeSession,
  updateAccount,
} from "#server/accounts/mutations";
import { passwordResetMail } from "#server/accounts/mails";
import { createPasswordReset, resetPassword } from "#server/accounts/password-reset";
import { listSessions } from "#server/accounts/queries";
import { register } from "#server/accounts/registration";
import { findPasswordRules, getAccountRules, updateAccountRules } from "#server/accounts/rules";
import {
  accountRulesInput,
  changePasswordInput,
  forgotPasswordInput,
  registerInput,
  resetPasswordInput,
  sessionIdInput,
  updateAccountInput,
} from "#server/accounts/schema";
import { withoutTenant } from "#db/client";
import { log } from "#server/log";
import { sendSystemMail } from "#server/mail/system";
import { limited, organization, publicProcedure, router, signedInProcedure } from "#server/trpc";

const hour = 60 * 60;

export const accountsRouter = router({
  /** Who is signed in, or null: for pages that greet both. */
  current: publicProcedure.query(async ({ ctx }) => (await ctx.identity()).session?.user ?? null),

  register: limited({ times: 30, seconds: hour })
    .input(registerInput)
    .mutation(({ input }) => register(input)),

  /** Answers the same, and as fast, whether the address has an account or not: the mail goes out on its own. */
  forgotPassword: limited({ times: 20, seconds: hour })
    .input(forgotPasswordInput)
    .mutation(async ({ input }) => {
      const reset = await createPasswordReset(input.email);
      if (reset)
        sendSystemMail(passwordResetMail(reset)).catch((error: unknown) =>
          log.error({ err: error }, "the password reset mail was not sent"),
        );
    }),

  resetPassword: limited({ times: 20, seconds: hour })
    .input(resetPasswordInput)
    .mutation(({ input }) => resetPassword(input)),

  update: signedInProcedure
    .input(updateAccountInput)
    .mutation(({ ctx, input }) => updateAccount(ctx.session.user.id, input)),

  changePassword: signedInProcedure
    .input(changePasswordInput)
    .mutation(({ ctx, input }) => changePassword(ctx.session, input)),

  /** What a new password of one's own has to be like. */
  passwordRules: signedInProcedure.query(({ ctx }) =>
    withoutTenant((tx) => findPasswordRules(tx, ctx.session.user.id)),
  ),

  /** What the organization asks of the accounts of all its people. */
  rules: organization("organization:settings").query(({ ctx }) => ctx.tenant(getAccountRules)),

  updateRules: organization("organization:settings")
    .input(accountRulesInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => updateAccountRules(tx, ctx.member, input))),

  sessions: signedInProcedure.query(async ({ ctx }) => {
    const rows = await listSessions(ctx.session.user.id);
    return rows.map((row) => ({ ...row, current: row.id === ctx.session.id }));
  }),

  revokeSession: signedInProcedure
    .input(sessionIdInput)
    .mutation(({ ctx, input }) => revokeSession(ctx.session.user.id, input.id)),

  revokeOtherSessions: signedInProcedure.mutation(({ ctx }) => revokeOtherSessions(ctx.session)),
});
