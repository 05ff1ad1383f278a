import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { signIn } from "#server/accounts/sign-in";
import { callerFor, newAccount, newColleague } from "#server/testing";

const visitor = () => callerFor({ sessionId: null, workspaceSlug: null });
const tokenOf = (link: string) => link.split("/").at(-1) ?? "";
const notFound = { code: "NOT_FOUND" };
const newEmail = () => `${crypto.randomUUID()}@example.com`;

const passwordInTests = "correct horse battery";

async function signInAs(email: string): Promise<string> {
  const session = await signIn({ email, password: passwordInTests }, { ip: "127.0.0.1", userAgent: "test" });
  if (!session) throw new Error(`${email} could not sign in.`);
  return session.id;
}

async function invited(role: "admin" | "member" | "viewer" = "member") {
  const owner = await newAccount();
  const email = newEmail();
  const { id, link } = await owner.caller.invitations.create({ email, role });
  return { owner, email, id, token: tokenOf(link) };
}

const join = (token: string) =>
  visitor().invitations.join({ token, name: "Grace", password: passwordInTests });

describe("an invitation", () => {
  test("lets its address register and join with the role given, once", async () => {
    const { owner, email, token } = await invited("viewer");
    expect(await visitor().invitations.byToken({ token })).toMatchObject({
      email,
      hasAccount: false,
      signedInAs: null,
    });
    await join(token);
    const guest = callerFor({ sessionId: await signInAs(email), workspaceSlug: owner.slug });
    expect(await guest.workspaces.current()).toMatchObject({ role: "viewer", tenantRoles: ["member"] });
    await expect(join(token)).rejects.toMatchObject(notFound);
    await expect(visitor().invitations.byToken({ token })).rejects.toMatchObject(notFound);
  });

  test("is accepted by the account it was sent to, and by no other", async () => {
    const [owner, friend, stranger] = await Promise.all([newAccount(), newAccount(), newAccount()]);
    const { link } = await owner.caller.invitations.create({
      email: friend.email.toUpperCase(),
      role: "admin",
    });
    const token = tokenOf(link);
    await expect(stranger.caller.invitations.accept({ token })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(join(token)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await friend.caller.invitations.accept({ token })).toEqual({ slug: owner.slug });
    expect((await friend.caller.workspaces.list()).map(({ slug }) => slug).sort()).toEqual(
      [friend.slug, owner.slug].sort(),
    );
  });

  test("accepted in two tabs at once joins once", async () => {
    const [owner, friend] = await Promise.all([newAccount(), newAccount()]);
    const { link } = await owner.caller.invitations.create({ email: friend.email, role: "member" });
    const token = tokenOf(link);
    const tabs = await Promise.allSettled([
      friend.caller.invitations.accept({ token }),
      friend.caller.invitations.accept({ token }),
    ]);
    expect(tabs.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await owner.caller.members.list()).toHaveLength(2);
  });

  test("does not work after it was withdrawn, and only its organization can withdraw it", async () => {
    const { owner, id, token } = await invited();
    const stranger = await newAccount();
    await expect(stranger.caller.invitations.revoke({ id })).rejects.toMatchObject(notFound);
    await owner.caller.invitations.revoke({ id });
    await expect(join(token)).rejects.toMatchObject(notFound);
    expect(await owner.caller.invitations.list()).toEqual([]);
  });

  test("does not work after seven days", async () => {
    const { owner, id, token } = await invited();
    const { workspace } = await owner.caller.workspaces.current();
    await withTenant({ tenantId: workspace.tenantId, workspaceId: "*" }, (tx) =>
      tx.execute(sql`update invitations set expires_at = expires_at - interval '7 days' where id = ${id}`),
    );
    await expect(join(token)).rejects.toMatchObject(notFound);
  });

  test("sent again gets a new link, the old one stops, and both workspaces are joined", async () => {
    const { owner, email, token } = await invited();
    const { slug } = await owner.caller.workspaces.create({ name: "Second" });
    const second = callerFor({ sessionId: owner.sessionId, workspaceSlug: slug });
    const { link } = await second.invitations.create({ email, role: "member" });
    await expect(join(token)).rejects.toMatchObject(notFound);
    await join(tokenOf(link));
    const guest = callerFor({ sessionId: await signInAs(email), workspaceSlug: null });
    expect((await guest.workspaces.list()).map((workspace) => workspace.slug).sort()).toEqual(
      [owner.slug, slug].sort(),
    );
  });

  test("is refused for somebody who belongs to the organization already", async () => {
    const owner = await newAccount();
    const { email } = await newColleague(owner, "member");
    await expect(owner.caller.invitations.create({ email, role: "admin" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});
