"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { asProblem, useTRPC } from "#components/trpc/client";
import { Select } from "#components/ui/select";
import { workspaceRoleInput, workspaceRoleLabels } from "#server/members/schema";
import type { WorkspaceRole } from "#server/permissions";

type Props = { userId: string; name: string; role: WorkspaceRole };

/** Changes a member's role at once; falls back to what the server has when it refuses. */
export function RoleSelect({ userId, name, role }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const change = useMutation(
    trpc.members.changeRole.mutationOptions({
      onSuccess: () => toast.success(`${name} has a new role`),
      onError: (error) => toast.error(asProblem(error)?.message),
      onSettled: () => router.refresh(),
    }),
  );
  return (
    <Select
      aria-label={`Role of ${name}`}
      value={change.isPending ? change.variables.role : role}
      disabled={change.isPending}
      onChange={(event) => change.mutate({ userId, role: workspaceRoleInput.parse(event.target.value) })}
      className="w-32"
    >
      {workspaceRoleInput.options.map((option) => (
        <option key={option} value={option}>
          {workspaceRoleLabels[option].label}
        </option>
      ))}
    </Select>
  );
}
