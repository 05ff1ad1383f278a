import { takeFromLimit } from "#server/rate-limits";
import { allowed, router } from "#server/trpc";
import { newKey } from "./keys.ts";
import { lookAgain } from "./looks.ts";
import { createDomain, discardNextKey, removeDomain, rotateKey } from "./mutations.ts";
import { getDomain, listDomains } from "./queries.ts";
import { domainCreateInput, domainIdInput } from "./schema.ts";

export const domainsRouter = router({
  list: allowed("campaigns:read").query(({ ctx }) => ctx.tenant(listDomains)),
  byId: allowed("campaigns:read")
    .input(domainIdInput)
    .query(({ ctx, input }) => ctx.tenant((tx) => getDomain(tx, input.id))),

  create: allowed("mailboxes:write")
    .input(domainCreateInput)
    .mutation(async ({ ctx, input }) => {
      const key = await newKey();
      return ctx.tenant((tx) => createDomain(tx, ctx.session.user.id, { ...input, key }));
    }),

  /** Looks for the records now. */
  check: allowed("mailboxes:write")
    .input(domainIdInput)
    .mutation(async ({ ctx, input }) => {
      await takeFromLimit(`domain-check:${ctx.member.workspace.id}`, { times: 60, seconds: 600 });
      await lookAgain(ctx.member.scope, input.id);
    }),

  rotate: allowed("mailboxes:write")
    .input(domainIdInput)
    .mutation(async ({ ctx, input }) => {
      const key = await newKey();
      await ctx.tenant((tx) => rotateKey(tx, ctx.session.user.id, { ...input, key }));
    }),
  discardNextKey: allowed("mailboxes:write")
    .input(domainIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => discardNextKey(tx, ctx.session.user.id, input.id))),
  remove: allowed("mailboxes:write")
    .input(domainIdInput)
    .mutation(({ ctx, input }) => ctx.tenant((tx) => removeDomain(tx, ctx.session.user.id, input.id))),
});
