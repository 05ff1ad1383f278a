import type { RouterOutputs } from "#server/router";
import { SignOutButton } from "../auth/sign-out-button.tsx";
import { ApiProvider } from "../trpc/client.tsx";
import { LinkButton } from "../ui/link-button.tsx";
import { NewWorkspaceForm } from "./new-workspace-form.tsx";

type Props = { workspaces: RouterOutputs["workspaces"]["list"]; from: string | null };

/** A workspace is made in an organization one administers; `from` is a workspace of the one meant. */
export function NewWorkspace({ workspaces, from }: Props) {
  const eligible = workspaces.filter(({ tenantRoles }) => tenantRoles.some((role) => role !== "member"));
  const organizations = [...Map.groupBy(eligible, ({ tenantId }) => tenantId).values()].flatMap(
    ([first]) => first ?? [],
  );
  const chosen = eligible.find(({ slug }) => slug === from) ?? organizations[0];
  if (!chosen)
    return (
      <div className="space-y-5">
        <h1 className="text-xl font-semibold">No workspace to create here</h1>
        <p className="text-muted">
          {workspaces.length === 0
            ? "You do not belong to any workspace now. Ask whoever runs yours for an invitation."
            : "Owners and admins of your organization can create workspaces. Ask one of them."}
        </p>
        {workspaces.length === 0 ? (
          <SignOutButton />
        ) : (
          <LinkButton href="/">Back to your workspace</LinkButton>
        )}
      </div>
    );
  return (
    <>
      <h1 className="text-xl font-semibold">New workspace</h1>
      <p className="mt-1 mb-6 text-muted">
        In {chosen.tenantName}. Contacts, campaigns and mailboxes of a workspace are its own: no other one
        sees them.
      </p>
      {organizations.length > 1 && (
        <nav aria-label="Organization" className="mb-5 flex flex-wrap gap-2">
          {organizations.map(({ tenantId, tenantName, slug }) => (
            <LinkButton
              key={tenantId}
              size="sm"
              href={`/workspaces/new?from=${slug}`}
              aria-current={tenantId === chosen.tenantId ? "true" : undefined}
              variant={tenantId === chosen.tenantId ? "primary" : "secondary"}
            >
              {tenantName}
            </LinkButton>
          ))}
        </nav>
      )}
      <ApiProvider key={chosen.tenantId} workspace={chosen.slug}>
        <NewWorkspaceForm back={`/${chosen.slug}`} />
      </ApiProvider>
    </>
  );
}
