import {
  acceptInvitation,
  createInvitation,
  joinByInvitation,
  revokeInvitation,
} from "#server/invitations/mutations";
import { invitationLink, invitationMail } from "#server/invitations/mails";
import { getOpenInvitation, listInvitations } from "#server/invitations/queries";
import {
  invitationTokenInput,
  inviteInput,
  joinInput,
  revokeInvitationInput,
} from "#server/invitations/schema";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { sendSystemMail, type SystemMail } from "#server/mail/system";
import { limited, organization, router, signedInProcedure } from "#server/trpc";

const hour = 60 * 60;

export const invitationsRouter = router({
  list: organization("organization:members").query(({ ctx }) => ctx.tenant(listInvitations)),

  /** The link is shown this once. `mailed` is false when no mail server took it: hand the link over yourself. */
  create: organization("organization:members")
    .input(inviteInput)
    .mutation(async ({ ctx, input }) => {
      const { id, email, token } = await ctx.tenant((tx) => createInvitation(tx, ctx.member, input));
      const { name: workspaceName, tenantName } = ctx.member.workspace;
      const invitedByName = ctx.session.user.name;
      const mailed = await deliver(
        invitationMail({ email, token, invitedByName, workspaceName, tenantName }),
      );
      return { id, email, link: invitationLink(token), mailed };
    }),

  revoke: organization("organization:members")
    .input(revokeInvitationInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => revokeInvitation(tx, ctx.member, input))),

  /** What the page behind a link shows, to whoever holds it. */
  byToken: limited({ times: 120, seconds: hour })
    .input(invitationTokenInput)
    .query(async ({ ctx, input }) => {
      const { session } = await ctx.identity();
      const { email, tenantName, workspaceRole, invitedByName, hasAccount } = await getOpenInvitation(
        input.token,
      );
      return {
        email,
        tenantName,
        workspaceRole,
        invitedByName,
        hasAccount,
        signedInAs: session?.user.email ?? null,
      };
    }),

  accept: signedInProcedure
    .input(invitationTokenInput)
    .mutation(({ ctx, input }) => acceptInvitation(ctx.session, input.token)),

  join: limited({ times: 30, seconds: hour })
    .input(joinInput)
    .mutation(({ input }) => joinByInvitation(input)),
});

async function deliver(mail: SystemMail): Promise<boolean> {
  try {
    await sendSystemMail(mail);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error }, "the invitation mail was not sent");
    return false;
  }
}
