import { expect, test } from "vitest";
import { drawingOf, type DrawnStep, endId, startId } from "./drawing.tsx";
import { layOut } from "./layout.tsx";
import { stepTowards, wayNear } from "./walk.tsx";

/** email → fork → (yes: wait | no: exit) → the wait leads to the end. */
const step = (id: string, rest: Pick<DrawnStep, "number"> & Partial<DrawnStep>): DrawnStep => ({
  id,
  action: null,
  actionType: null,
  next: null,
  whenTrue: null,
  whenFalse: null,
  branches: false,
  branchNames: { true: "Yes", false: "No" },
  ...rest,
});
const campaign = {
  steps: [
    step("email", { number: 1, next: "fork" }),
    step("fork", { number: 2, branches: true, whenTrue: "wait", whenFalse: "exit" }),
    step("wait", { number: 3 }),
    step("exit", { number: 4, actionType: "exit" }),
  ],
  flow: { main: { nodes: [], tail: { kind: "exit" as const } }, strays: [] },
};
const drawing = drawingOf(campaign);
const layout = layOut(drawing, { counts: false });

test("every way out is drawn, and an exit has none", () => {
  expect(drawing.ways.map(({ source, target, label }) => [source, target, label])).toEqual([
    [startId, "email", null],
    ["email", "fork", null],
    ["fork", "wait", "Yes"],
    ["fork", "exit", "No"],
    ["wait", endId, null],
  ]);
});

test("no two nodes overlap, what follows stands below, and Yes stands left of No", () => {
  const at = (id: string) => layout.nodes.get(id) ?? { x: NaN, y: NaN, width: NaN, height: NaN };
  for (const way of drawing.ways)
    expect(at(way.target).y).toBeGreaterThan(at(way.source).y + at(way.source).height);
  expect(at("wait").x + at("wait").width).toBeLessThan(at("exit").x);
});

test("branches that both go on to the end don’t cross on their way", () => {
  const steps = [
    step("fork", { number: 1, branches: true, whenTrue: "left", whenFalse: "right" }),
    step("left", { number: 2 }),
    step("right", { number: 3 }),
  ];
  const apart = layOut(drawingOf({ ...campaign, steps }), { counts: true });
  const x = (id: string) => apart.nodes.get(id)?.x ?? NaN;
  const name = (branch: string) => apart.ways.get(`way-fork-${branch}`)?.middle.x ?? NaN;
  expect(name("true")).toBeLessThan(name("false"));
  expect(x("left")).toBeLessThan(x("right"));
});

test("arrow keys follow the ways and reach every step", () => {
  expect(stepTowards("email", "down", drawing, layout)).toBe("fork");
  expect(stepTowards("fork", "down", drawing, layout)).toBe("wait");
  expect(stepTowards("wait", "right", drawing, layout)).toBe("exit");
  expect(stepTowards("exit", "left", drawing, layout)).toBe("wait");
  expect(stepTowards("exit", "up", drawing, layout)).toBe("fork");
  expect(stepTowards("wait", "down", drawing, layout)).toBeNull();
});

test("a step let go on a plus moves there, and elsewhere stays", () => {
  const middle = layout.ways.get("way-fork-true")?.middle ?? { x: NaN, y: NaN };
  expect(wayNear({ x: middle.x + 10, y: middle.y }, new Set(["email"]), drawing, layout)?.id).toBe(
    "way-fork-true",
  );
  expect(wayNear({ x: middle.x + 900, y: middle.y }, new Set(["email"]), drawing, layout)).toBeNull();
});

test("steps that stand apart can be let go between each other, and neighbours move on from where they stand", () => {
  const steps = ["a", "b", "c"].map((id, index, all) =>
    step(id, { number: index + 1, next: all[index + 1] ?? null }),
  );
  const chain = drawingOf({ ...campaign, steps });
  const laid = layOut(chain, { counts: false });
  const over = (way: string, ...moving: string[]) =>
    wayNear(laid.ways.get(way)?.middle ?? { x: NaN, y: NaN }, new Set(moving), chain, laid)?.id ?? null;
  expect(over("way-a-next", "a", "c")).toBe("way-a-next");
  expect(over("way-a-next", "a", "b")).toBeNull();
  expect(over("way-b-next", "a", "b")).toBeNull();
  expect(over("way-c-next", "a", "b")).toBe("way-c-next");
});
