import { sql } from "drizzle-orm";
import type postgres from "postgres";
import { createCampaign, createContacts, createList, createMailbox, createTenant } from "#db/factories";
import type { StepValues, Tenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { problemKey } from "#server/campaigns/schema";
import { apiOf, refusalOf, surely } from "./api.ts";
import { type LineName, pacedLimit, pacedZone, type Size, sizes } from "./plan.ts";
import { asOwner, type Product } from "./product.ts";
import type { Stop } from "./stops.ts";

/** Between which moments of the app's clock a campaign stood still. */
export type Stopped = { from: Date; to: Date };
/** A campaign of the round. `subjects`: of its emails in order. */
export type Launched = {
  id: string;
  kind: "series" | "paced";
  people: string[];
  subjects: string[];
  stopped: Stopped[];
};
/** What a round plays with. `unsubscribed`, `suppressed`: from which moment of the app's time an address gets nothing. */
export type World = {
  product: Product;
  seed: number;
  size: Size;
  tenant: Tenant;
  campaigns: Launched[];
  unsubscribed: Map<string, Date>;
  suppressed: Map<string, Date>;
  stops: Stop[];
  breaches: string[];
  /** Claims that were in hand at a kill that can leave them in nobody's. */
  orphaned: Set<string>;
  /** Claims that were made in the moment before the clock was moved over their lease. */
  overtaken: Set<string>;
  /** The line that a kill waits at. */
  wanted: LineName | null;
  /** Set when nothing new is to be begun. */
  over: boolean;
};

const pacedSize = 60;

export async function makeWorld(product: Product, seed: number, size: Size): Promise<World> {
  const tenant = await surely("a tenant", () => createTenant({ mailbox: { lanes: 4, dailyLimit: null } }));
  return {
    product,
    seed,
    size,
    tenant,
    campaigns: [],
    unsubscribed: new Map(),
    suppressed: new Map(),
    stops: [],
    breaches: [],
    orphaned: new Set(),
    overtaken: new Set(),
    wanted: null,
    over: false,
  };
}

const body = '<p>Hello {{ first_name }}</p><p><a href="https://www.example.com/">Look</a></p>';

/** Three emails with an hour between, a task for each person, and a fork. */
function seriesSteps(subjects: readonly string[]): StepValues[] {
  const [first = "", second = "", third = ""] = subjects;
  const ids = Array.from({ length: 8 }, () => crypto.randomUUID());
  const next = (n: number) => ids[n] ?? null;
  const task = { title: "Call", note: "", dueInDays: 1, to: "owner", userId: "" };
  const hour = { stepType: "wait", waitDuration: { value: 1, unit: "hours" } } as const;
  const steps: StepValues[] = [
    { stepType: "email", subjectLine: first, emailContent: body },
    { stepType: "action", actionType: "create_task", actionConfig: task },
    hour,
    { stepType: "email", subjectLine: second, emailContent: body },
    hour,
    {
      stepType: "condition",
      conditionRules: {
        version: 1,
        match: "all",
        rules: [{ field: "email_opened", operator: "is_true" }],
      },
      trueNextStepId: next(6),
      falseNextStepId: next(7),
    },
    { stepType: "action", actionType: "add_tag", actionConfig: { tag: "opened" } },
    { stepType: "email", subjectLine: third, emailContent: body },
  ];
  return steps.map((step, n) => ({
    ...step,
    id: ids[n],
    nextStepId: step.stepType === "condition" ? null : next(n + 1),
  }));
}

/** Writes a campaign of people of its own and launches it as its page would. */
export async function launchCampaign(world: World, kind: Launched["kind"]): Promise<Launched> {
  const { tenant, seed, size, product } = world;
  const n = world.campaigns.length;
  const emails = kind === "series" ? 3 : 1;
  const subjects = Array.from(
    { length: emails },
    (_, step) => `Round ${seed}, ${kind} ${n}, email ${step + 1}`,
  );
  const people = Array.from(
    { length: kind === "series" ? sizes[size].people : pacedSize },
    (_, person) => `p${person}.c${n}.r${seed}@example.test`,
  );
  const id = crypto.randomUUID();
  await surely("a campaign", async () => {
    await withTenant(tenant.scope, async (tx) => {
      // The commit may have been made before the answer to it was lost.
      const made = await tx.execute(sql`select from campaigns where id = ${id}::uuid`);
      if (made.length > 0) return;
      const contactIds = await createContacts(
        tx,
        people.map((email, person) => ({ email, firstName: `P${person}` })),
      );
      const listId = await createList(tx, { name: `People ${n}`, contactIds });
      const paced = kind === "paced";
      await createCampaign(tx, {
        id,
        name: `${kind} ${n}`,
        emailAccountId: paced
          ? await createMailbox(tx, { lanes: 4, isDefault: false })
          : tenant.emailAccountId,
        audience: { everyone: false, include: [listId], exclude: [] },
        steps: paced
          ? [{ stepType: "email", subjectLine: subjects[0], emailContent: body }]
          : seriesSteps(subjects),
      });
    });
  });
  await surely("the settings of a campaign", () => asOwner(product, (owner) => setPace(owner, id, kind)));
  await launch(world, id);
  const launched: Launched = { id, kind, people, subjects, stopped: [] };
  world.campaigns.push(launched);
  return launched;
}

const setPace = (owner: postgres.Sql, id: string, kind: Launched["kind"]) =>
  kind === "series"
    ? owner`update campaign_settings set no_limits = true where campaign_id = ${id}`
    : owner`update campaign_settings set send_window_start = '09:00', send_window_end = '17:00', timezone = ${pacedZone},
        send_days = array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], daily_limit = ${pacedLimit},
        delay_between_emails_seconds = 0 where campaign_id = ${id}`;

async function launch({ product, tenant }: World, id: string): Promise<void> {
  const api = apiOf(product.env, tenant);
  await surely("a launch", async () => {
    const { version, status } = await api.campaigns.byId.query({ id });
    // The answer to the last try may have been lost with the server.
    if (status !== "draft") return;
    const { problems } = await api.campaigns.review.query({ id });
    await api.campaigns.launch
      .mutate({ id, version, acknowledged: problems.map(problemKey) })
      .catch((error: unknown) => {
        if (refusalOf(error) !== "conflict") throw error;
      });
  });
}

/** The app's clock. */
export const appNow = ({ product }: Pick<World, "product">): Promise<Date> =>
  surely("the clock", () =>
    asOwner(product, async (owner) => {
      const [row] = await owner<{ now: Date }[]>`select app_now() as now`;
      if (!row) throw new Error("There is no time.");
      return row.now;
    }),
  );
