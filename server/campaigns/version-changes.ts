/** A step of a kept version: `state` holds its columns by their names, and `title` what pages call it. */
export type StepThen = { id: string; title: string; said: string; state: Record<string, unknown> };

/** What became of a step from one version to another. `details` say what of it, in short words. */
export type StepChange = {
  stepId: string;
  kind: "added" | "removed" | "changed" | "moved";
  title: string;
  details: string[];
};

/** Told by their values where these are short enough to be read beside each other. */
const lines: Readonly<Record<string, string>> = {
  name: "Name",
  subject_line: "Subject",
  preview_text: "Preview text",
};
const parts: Readonly<Record<string, string>> = {
  email_content: "Body",
  email_text: "Text part",
  template_id: "Template",
  sender: "Sender",
  reply_in_thread: "Thread",
  attachments: "Files",
  send_time: "Time of day",
  test: "A/B test",
  wait_duration: "How long it waits",
  wait_up_to: "How long it is given",
  condition_rules: "Rules",
  action_type: "What it does",
  action_config: "What it does",
  requires_draft_approval: "Review",
  draft_review: "Review",
};
/** Follows from what is told anyway. */
const untold = new Set(["condition_type", "template_version", "step_type"]);
const edges = new Set([
  "step_key",
  "step_order",
  "next_step_id",
  "true_next_step_id",
  "false_next_step_id",
  "on_timeout_step_id",
]);

/** From one version to another: what was added, removed, changed and moved, in the order of the later one. */
export function versionChanges(before: readonly StepThen[], now: readonly StepThen[]): StepChange[] {
  const earlier = new Map(before.map((step) => [step.id, step]));
  const later = new Map(now.map((step) => [step.id, step]));
  const moved = movedSteps(
    before.filter(({ id }) => later.has(id)),
    now.filter(({ id }) => earlier.has(id)),
  );
  const ways = (steps: readonly StepThen[], of: StepThen) =>
    waysOf(steps, of, (id) => earlier.has(id) && later.has(id) && !moved.has(id));
  const told = now.flatMap((step): StepChange[] => {
    const was = earlier.get(step.id);
    const change = (kind: StepChange["kind"], details: string[]) => ({
      stepId: step.id,
      kind,
      title: step.title,
      details,
    });
    if (!was) return [change("added", [])];
    const details = was.said === step.said ? [] : detailsOf(was, step);
    const found = details.length > 0 ? [change("changed", details)] : [];
    if (moved.has(step.id)) return [...found, change("moved", [])];
    if (ways(before, was) !== ways(now, step))
      return [...found, change("moved", ["It leads on to another step"])];
    return found;
  });
  const gone = before
    .filter(({ id }) => !later.has(id))
    .map(({ id, title }) => ({ stepId: id, kind: "removed" as const, title, details: [] }));
  return [...told, ...gone];
}

function detailsOf(was: StepThen, step: StepThen): string[] {
  const names = new Set([...Object.keys(was.state), ...Object.keys(step.state)]);
  const found = new Set<string>();
  if (was.title !== step.title) found.add(`Was ${was.title}`);
  for (const name of names) {
    if (edges.has(name) || untold.has(name)) continue;
    const [old, next] = [was.state[name] ?? null, step.state[name] ?? null];
    if (JSON.stringify(old) === JSON.stringify(next)) continue;
    const line = lines[name];
    if (line) found.add(`${line}: ${quoted(old)} became ${quoted(next)}`);
    else found.add(`${parts[name] ?? name.replaceAll("_", " ")} changed`);
  }
  return [...found];
}

const shownMax = 60;
function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : "";
  if (text === "") return "empty";
  return `“${text.length > shownMax ? `${text.slice(0, shownMax - 1)}…` : text}”`;
}

/** Those that stand elsewhere among the steps of both versions: all but the longest row that kept its order. */
function movedSteps(before: readonly StepThen[], now: readonly StepThen[]): Set<string> {
  const place = new Map(before.map(({ id }, index) => [id, index]));
  const places = now.map(({ id }) => place.get(id) ?? 0);
  const longest: number[] = [];
  const led: (number | null)[] = [];
  let [length, last] = [0, null as number | null];
  for (const [index, at] of places.entries()) {
    let best: number | null = null;
    for (let earlier = 0; earlier < index; earlier += 1)
      if ((places[earlier] ?? 0) < at && (best === null || (longest[earlier] ?? 0) > (longest[best] ?? 0)))
        best = earlier;
    led.push(best);
    longest.push(1 + (best === null ? 0 : (longest[best] ?? 0)));
    if ((longest[index] ?? 0) > length) [length, last] = [longest[index] ?? 0, index];
  }
  const stayed = new Set<string>();
  for (let at = last; at !== null; at = led[at] ?? null) stayed.add(now[at]?.id ?? "");
  return new Set(now.flatMap(({ id }) => (stayed.has(id) ? [] : [id])));
}

/** Where a step leads among the steps that stayed: what was put in between or taken out is passed over. */
function waysOf(steps: readonly StepThen[], step: StepThen, stayed: (id: string) => boolean): string {
  const byId = new Map(steps.map((each) => [each.id, each]));
  const seen = new Set<string>();
  const onward = (id: unknown): string => {
    if (typeof id !== "string" || seen.has(id)) return "";
    if (stayed(id)) return id;
    seen.add(id);
    const { next_step_id, true_next_step_id } = byId.get(id)?.state ?? {};
    return onward(next_step_id ?? true_next_step_id);
  };
  return ["next_step_id", "true_next_step_id", "false_next_step_id"]
    .map((edge) => {
      seen.clear();
      return onward(step.state[edge]);
    })
    .join(" ");
}
