"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Select } from "#components/ui/select";
import { tenantRoleInput } from "#server/members/schema";
import type { TenantRole } from "#server/permissions";

const labels: Record<TenantRole, string> = { owner: "Owner", admin: "Admin", member: "Member" };

type Props = { userId: string; name: string; role: TenantRole; disabled: boolean; mayMakeOwner: boolean };

/** Changes somebody's role in the organization at once. */
export function TenantRoleSelect({ userId, name, role, disabled, mayMakeOwner }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const change = useMutation(
    trpc.members.changeTenantRole.mutationOptions({
      onSuccess: () => toast.success(`${name} has a new role`),
      onError: (error) => toast.error(asProblem(error)?.message),
      onSettled: () => router.refresh(),
    }),
  );
  const options = tenantRoleInput.options.filter(
    (option) => option !== "owner" || mayMakeOwner || role === "owner",
  );
  return (
    <Select
      aria-label={`Organization role of ${name}`}
      value={change.isPending ? change.variables.role : role}
      disabled={disabled || change.isPending}
      onChange={(event) => change.mutate({ userId, role: tenantRoleInput.parse(event.target.value) })}
      className="w-32"
    >
      {options.map((option) => (
        <option key={option} value={option}>
          {labels[option]}
        </option>
      ))}
    </Select>
  );
}
