import { allowed, router } from "#server/trpc";
import { createApiKey, revokeApiKey } from "./mutations.ts";
import { listApiKeys } from "./queries.ts";
import { apiKeyInput, apiKeyRef } from "./schema.ts";

const manages = allowed("workspace:settings");

export const apiKeysRouter = router({
  list: manages.query(({ ctx }) => ctx.tenant(listApiKeys)),
  create: manages
    .input(apiKeyInput)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => createApiKey(tx, { ...input, userId: ctx.session.user.id })),
    ),
  revoke: manages
    .input(apiKeyRef)
    .mutation(({ ctx, input }) =>
      ctx.tenant((tx) => revokeApiKey(tx, { ...input, userId: ctx.session.user.id })),
    ),
});
