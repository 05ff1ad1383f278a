import { sql } from "drizzle-orm";
import { tenantPolicies } from "#db/schema/tenants";
import type { TenantTx } from "#db/tenancy";
import type { Transaction } from "#db/transaction";
import type { Member } from "#server/accounts/queries";
import { type AccountRules, passwordLengthMin, signInTriesMax } from "#server/accounts/schema";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";

/** What an organization asks of its people's passwords. */
export type PasswordRules = {
  lengthMin: number;
  mixedCase: boolean;
  number: boolean;
  symbol: boolean;
};

export const defaultPasswordRules: PasswordRules = {
  lengthMin: passwordLengthMin,
  mixedCase: false,
  number: false,
  symbol: false,
};

type RulesRow = {
  password_min_length: number;
  require_mixed_case: boolean;
  require_number: boolean;
  require_symbol: boolean;
};

const ofRow = (row: RulesRow): PasswordRules => ({
  lengthMin: row.password_min_length,
  mixedCase: row.require_mixed_case,
  number: row.require_number,
  symbol: row.require_symbol,
});

/** The strictest rules of all organizations that somebody belongs to. */
export async function findPasswordRules(tx: Transaction, userId: string): Promise<PasswordRules> {
  const [row] = await tx.execute<RulesRow>(sql`select * from auth_rules(${userId}::uuid)`);
  return row ? ofRow(row) : defaultPasswordRules;
}

/** The rules of the transaction's organization, for somebody who is about to join it. */
export async function findPasswordRulesOfTenant(tx: TenantTx): Promise<PasswordRules> {
  const [row] = await tx
    .select({
      password_min_length: tenantPolicies.passwordMinLength,
      require_mixed_case: tenantPolicies.passwordRequireMixedCase,
      require_number: tenantPolicies.passwordRequireNumber,
      require_symbol: tenantPolicies.passwordRequireSymbol,
    })
    .from(tenantPolicies);
  return row ? ofRow(row) : defaultPasswordRules;
}

/** What the password lacks, as one sentence; null when it keeps the rules. */
export function passwordProblem(password: string, rules: PasswordRules): string | null {
  const lacks = [
    ...(rules.mixedCase && !(/\p{Lu}/u.test(password) && /\p{Ll}/u.test(password))
      ? ["a capital and a small letter"]
      : []),
    ...(rules.number && !/\p{N}/u.test(password) ? ["a digit"] : []),
    ...(rules.symbol && !/[^\p{L}\p{N}\s]/u.test(password) ? ["a symbol, as ! or #"] : []),
    ...(password.length < rules.lengthMin ? [`at least ${rules.lengthMin} characters`] : []),
  ];
  return lacks.length === 0 ? null : `Your organization asks for ${lacks.join(", and for ")}.`;
}

/** @throws AppError `invalid` on `password` when it breaks the rules */
export function demandPassword(password: string, rules: PasswordRules): void {
  const problem = passwordProblem(password, rules);
  if (problem) throw new AppError("invalid", problem, { password: problem });
}

const ruleColumns = {
  passwordMinLength: tenantPolicies.passwordMinLength,
  passwordRequireMixedCase: tenantPolicies.passwordRequireMixedCase,
  passwordRequireNumber: tenantPolicies.passwordRequireNumber,
  passwordRequireSymbol: tenantPolicies.passwordRequireSymbol,
  sessionTimeoutHours: tenantPolicies.sessionTimeoutHours,
  maxLoginAttempts: tenantPolicies.maxLoginAttempts,
};

/** What holds for an organization that has said nothing: the defaults of `tenant_policies`. */
const defaultAccountRules: AccountRules = {
  passwordMinLength: passwordLengthMin,
  passwordRequireMixedCase: false,
  passwordRequireNumber: false,
  passwordRequireSymbol: false,
  sessionTimeoutHours: 8,
  maxLoginAttempts: signInTriesMax,
};

/** The rules of the transaction's organization. */
export async function getAccountRules(tx: TenantTx): Promise<AccountRules> {
  const [row] = await tx.select(ruleColumns).from(tenantPolicies);
  return row ?? defaultAccountRules;
}

/** Passwords in use stay as they are until they are changed; sessions and tries follow at once. */
export async function updateAccountRules(tx: TenantTx, member: Member, rules: AccountRules): Promise<void> {
  const before = await getAccountRules(tx);
  await tx
    .insert(tenantPolicies)
    .values(rules)
    .onConflictDoUpdate({ target: tenantPolicies.tenantId, set: { ...rules, updatedAt: sql`app_now()` } });
  await recordAct(tx, {
    actorId: member.scope.userId,
    action: "organization.rules_updated",
    resourceType: "organization",
    resourceId: member.scope.tenantId,
    before,
    after: rules,
  });
}
