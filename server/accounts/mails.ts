import { env } from "#server/env";
import type { SystemMail } from "#server/mail/system";

type Reset = { email: string; name: string; token: string };

export function passwordResetMail({ email, name, token }: Reset): SystemMail {
  return {
    to: { name, email },
    subject: "Reset your Postroad password",
    text:
      `Hello ${name},\n\nsomebody, probably you, asked to reset the password of your Postroad account. `
      + "The link below lets you choose a new one, once, within the next hour. "
      + "If it was not you, do nothing: the password stays as it is.",
    action: { label: "Choose a new password", url: `${env.APP_URL}/reset-password?token=${token}` },
  };
}
