import { expect, test } from "vitest";
import { grants, permissionsOf, type Permission, type Roles } from "./permissions.ts";

const viewer: Roles = { role: "viewer", tenantRoles: ["member"] };
const member: Roles = { role: "member", tenantRoles: ["member"] };
const workspaceAdmin: Roles = { role: "admin", tenantRoles: ["member"] };
const outsider: Roles = { role: null, tenantRoles: ["member"] };
const owner: Roles = { role: null, tenantRoles: ["owner"] };

test.each<[Permission, { viewer: boolean; member: boolean; workspaceAdmin: boolean }]>([
  ["contacts:read", { viewer: true, member: true, workspaceAdmin: true }],
  ["analytics:read", { viewer: true, member: true, workspaceAdmin: true }],
  ["contacts:write", { viewer: false, member: true, workspaceAdmin: true }],
  ["campaigns:launch", { viewer: false, member: true, workspaceAdmin: true }],
  ["contacts:export", { viewer: false, member: false, workspaceAdmin: true }],
  ["imports:undo", { viewer: false, member: false, workspaceAdmin: true }],
  ["mailboxes:write", { viewer: false, member: false, workspaceAdmin: true }],
  ["suppressions:remove", { viewer: false, member: false, workspaceAdmin: true }],
  ["workspace:members", { viewer: false, member: false, workspaceAdmin: true }],
  ["organization:members", { viewer: false, member: false, workspaceAdmin: false }],
  ["workspaces:create", { viewer: false, member: false, workspaceAdmin: false }],
])("%s", (permission, granted) => {
  expect({
    viewer: grants(viewer, permission),
    member: grants(member, permission),
    workspaceAdmin: grants(workspaceAdmin, permission),
  }).toEqual(granted);
});

test("owners and admins of the organization may do everything in workspaces they are no member of", () => {
  expect(permissionsOf(owner)).toContain("organization:members");
  expect(permissionsOf({ role: null, tenantRoles: ["admin"] })).toEqual(permissionsOf(owner));
  expect(permissionsOf(owner)).toEqual(expect.arrayContaining(permissionsOf(workspaceAdmin)));
});

test("a member of the organization without a role in the workspace may do nothing there", () => {
  expect(permissionsOf(outsider)).toEqual([]);
});
