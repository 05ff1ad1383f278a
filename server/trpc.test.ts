import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createContext } from "./context.ts";
import { AppError } from "./errors.ts";
import { allowed, publicProcedure, router, signedInProcedure } from "./trpc.ts";

const api = router({
  bug: publicProcedure.query(() => {
    throw new Error("relation secrets does not exist");
  }),
  taken: publicProcedure.mutation(() => {
    throw new AppError("conflict", "That name is taken.", { name: "Taken." });
  }),
  save: publicProcedure
    .input(z.object({ address: z.object({ city: z.string().min(2, "Name the city.") }) }))
    .mutation(() => "saved"),
  mine: signedInProcedure.query(() => "mine"),
  ours: allowed("contacts:read").query(() => "ours"),
});

const context = () =>
  createContext({
    sessionId: null,
    workspaceSlug: "acme",
    requestId: "request-1",
    ip: "test",
    userAgent: null,
  });

async function call(path: string, body?: unknown) {
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    router: api,
    createContext: context,
    req: new Request(`http://localhost/api/trpc/${path}`, {
      method: body === undefined ? "GET" : "POST",
      ...(body !== undefined && {
        body: JSON.stringify({ json: body }),
        headers: { "content-type": "application/json" },
      }),
    }),
  });
  const answer = (await response.json()) as { error: { json: { message: string; data: unknown } } };
  return { status: response.status, message: answer.error.json.message, data: answer.error.json.data };
}

describe("what a failed call tells the browser", () => {
  test("an expected failure: its code, sentence and fields, under the right status", async () => {
    expect(await call("taken", {})).toEqual({
      status: 409,
      message: "That name is taken.",
      data: { code: "conflict", fields: { name: "Taken." }, requestId: "request-1" },
    });
  });

  test.each([
    ["a\0b", 2, "0000"],
    ["cut \ud83d", 5, "D83D"],
    ["\ude00", 1, "DE00"],
  ])("text that no database column holds (%j): where it stands, and what to do", async (city, at, code) => {
    const problem = `Character ${at} cannot be stored (U+${code}). Take it out, or type the text anew.`;
    expect(await call("save", { address: { city, other: ["🙂"] } })).toEqual({
      status: 400,
      message: `address.city: ${problem}`,
      data: { code: "invalid", fields: { "address.city": problem }, requestId: "request-1" },
    });
    expect((await call("save", { [city]: 1 })).message).toBe(problem);
  });

  test("input that does not fit: one sentence per field, named as a form names it", async () => {
    expect(await call("save", { address: { city: "" } })).toEqual({
      status: 400,
      message: "address.city: Name the city.",
      data: { code: "invalid", fields: { "address.city": "Name the city." }, requestId: "request-1" },
    });
  });

  test("a bug: nothing but the number that finds it in the log", async () => {
    const { status, message, data } = await call("bug");
    expect(status).toBe(500);
    expect(message).not.toContain("secrets");
    expect(data).toEqual({ code: "unexpected", fields: {}, requestId: "request-1" });
  });

  test.each(["mine", "ours"])("without a session, %s is refused before anything runs", async (path) => {
    expect(await call(path)).toMatchObject({ status: 401, data: { code: "signed_out" } });
  });

  test("an unknown procedure", async () => {
    expect(await call("nothing")).toMatchObject({ status: 404, data: { code: "not_found" } });
  });
});
