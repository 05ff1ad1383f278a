import { describe, expect, test } from "vitest";
import { callerFor, newAccount, newColleague } from "#server/testing";

const forbidden = { code: "FORBIDDEN" };
const settings = { name: "Renamed", timezone: "Europe/Berlin", postalAddress: "1 Main Street" };

describe("roles", () => {
  test("a viewer and a member see who is here, and change nothing of it", async () => {
    const owner = await newAccount();
    for (const role of ["viewer", "member"] as const) {
      const { caller, userId } = await newColleague(owner, role);
      expect((await caller.members.list()).map((row) => row.userId)).toContain(userId);
      await expect(caller.workspaces.update(settings)).rejects.toMatchObject(forbidden);
      await expect(caller.members.changeRole({ userId, role: "admin" })).rejects.toMatchObject(forbidden);
      await expect(caller.members.remove({ userId: owner.userId })).rejects.toMatchObject(forbidden);
      await expect(caller.invitations.create({ email: "x@example.com", role })).rejects.toMatchObject(
        forbidden,
      );
      await expect(caller.workspaces.create({ name: "Mine" })).rejects.toMatchObject(forbidden);
      await expect(caller.members.listOrganization()).rejects.toMatchObject(forbidden);
    }
  });

  test("an admin of the workspace runs it, but not the organization", async () => {
    const owner = await newAccount();
    const admin = await newColleague(owner, "admin");
    await admin.caller.workspaces.update(settings);
    expect(await owner.caller.workspaces.settings()).toMatchObject(settings);
    const { userId } = await newColleague(owner, "viewer");
    await admin.caller.members.changeRole({ userId, role: "member" });
    await expect(
      admin.caller.invitations.create({ email: "x@example.com", role: "viewer" }),
    ).rejects.toMatchObject(forbidden);
    await expect(
      admin.caller.members.changeTenantRole({ userId: admin.userId, role: "owner" }),
    ).rejects.toMatchObject(forbidden);
  });

  test("a new role acts on the very next request", async () => {
    const owner = await newAccount();
    const { userId, sessionId, slug } = await newColleague(owner, "member");
    await owner.caller.members.changeRole({ userId, role: "viewer" });
    const next = callerFor({ sessionId, workspaceSlug: slug });
    expect((await next.workspaces.current()).permissions).not.toContain("contacts:write");
  });
});

describe("somebody who is no member", () => {
  test("cannot tell another tenant's workspace from one that does not exist", async () => {
    const [ours, theirs] = await Promise.all([newAccount(), newAccount()]);
    const atOurs = callerFor({ sessionId: theirs.sessionId, workspaceSlug: ours.slug });
    const atNothing = callerFor({ sessionId: theirs.sessionId, workspaceSlug: "no-such-workspace" });
    const refusals = await Promise.all(
      [atOurs, atNothing].map((caller) => caller.workspaces.current().catch((error: Error) => error)),
    );
    expect(refusals[0]).toMatchObject({ code: "NOT_FOUND" });
    expect(refusals[0]).toMatchObject({ message: (refusals[1] as Error).message });
  });

  test("finds no door into another workspace of the own organization either", async () => {
    const owner = await newAccount();
    const { sessionId, caller } = await newColleague(owner, "admin");
    const { slug } = await owner.caller.workspaces.create({ name: "Second" });
    const second = callerFor({ sessionId, workspaceSlug: slug });
    await expect(second.workspaces.current()).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await caller.workspaces.list()).map((workspace) => workspace.slug)).toEqual([owner.slug]);
    const owners = callerFor({ sessionId: owner.sessionId, workspaceSlug: slug });
    expect((await owners.members.list()).map(({ userId }) => userId)).toEqual([owner.userId]);
  });

  test("is out at once when removed, and cannot be managed by another tenant", async () => {
    const [owner, stranger] = await Promise.all([newAccount(), newAccount()]);
    const { userId, sessionId, slug } = await newColleague(owner, "member");
    await expect(stranger.caller.members.remove({ userId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(stranger.caller.members.add({ userId, role: "viewer" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(stranger.caller.members.removeFromOrganization({ userId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await owner.caller.members.remove({ userId });
    const removed = callerFor({ sessionId, workspaceSlug: slug });
    await expect(removed.workspaces.current()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("somebody must stay in charge", () => {
  test("the last admin of a workspace keeps the role and the membership", async () => {
    const owner = await newAccount();
    const { userId } = owner;
    await expect(owner.caller.members.changeRole({ userId, role: "viewer" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(owner.caller.members.remove({ userId })).rejects.toMatchObject({ code: "CONFLICT" });
    await newColleague(owner, "admin");
    await owner.caller.members.remove({ userId });
  });

  test("of two admins who remove each other at once, one stays", async () => {
    const owner = await newAccount();
    const admin = await newColleague(owner, "admin");
    const outcomes = await Promise.allSettled([
      owner.caller.members.remove({ userId: admin.userId }),
      admin.caller.members.remove({ userId: owner.userId }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("an admin of the organization cannot touch its owner, and the last owner stays", async () => {
    const owner = await newAccount();
    const admin = await newColleague(owner, "admin");
    await owner.caller.members.changeTenantRole({ userId: admin.userId, role: "admin" });
    const asAdmin = callerFor({ sessionId: admin.sessionId, workspaceSlug: owner.slug });
    const { userId } = owner;
    await expect(asAdmin.members.changeTenantRole({ userId, role: "member" })).rejects.toMatchObject(
      forbidden,
    );
    await expect(asAdmin.members.removeFromOrganization({ userId })).rejects.toMatchObject(forbidden);
    await expect(
      asAdmin.members.changeTenantRole({ userId: admin.userId, role: "owner" }),
    ).rejects.toMatchObject(forbidden);
    await expect(owner.caller.members.changeTenantRole({ userId, role: "admin" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("who leaves the organization leaves its workspaces and is signed out", async () => {
    const owner = await newAccount();
    const { userId, sessionId } = await newColleague(owner, "member");
    await owner.caller.members.removeFromOrganization({ userId });
    const gone = callerFor({ sessionId, workspaceSlug: null });
    await expect(gone.workspaces.list()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect((await owner.caller.members.listOrganization()).map((row) => row.userId)).toEqual([owner.userId]);
  });
});
