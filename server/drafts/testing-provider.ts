import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server answers next, once `meanwhile` is done: `hang` never. The last one is repeated. */
export type Scripted = {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  hang?: boolean;
  meanwhile?: () => Promise<unknown>;
};
export type Asked = {
  headers: Record<string, unknown>;
  body: { model: string; messages: { content: string }[] };
};

/** An answer as the Messages API gives it, with this email. */
export const emailAnswer = (input: unknown): Scripted => ({
  body: JSON.stringify({
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-of-the-test",
    content: [{ type: "tool_use", id: "toolu_1", name: "write_email", input }],
    stop_reason: "tool_use",
    usage: { input_tokens: 300, output_tokens: 50 },
  }),
});
export const failureAnswer = (status: number, headers: Record<string, string> = {}): Scripted => ({
  status,
  headers,
  body: JSON.stringify({ type: "error", error: { type: "test_error", message: "the test says so" } }),
});

/** A server on this machine that speaks Anthropic's Messages API by a script. */
export async function startProvider() {
  const asked: Asked[] = [];
  let script: Scripted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked["body"];
      asked.push({ headers: request.headers, body });
      const next = script.length > 1 ? script.shift() : script[0];
      const right = request.method === "POST" && request.url === "/v1/messages";
      if (next?.hang) return;
      const respond = () => {
        response.writeHead(right ? (next?.status ?? 200) : 404, {
          "content-type": "application/json",
          ...next?.headers,
        });
        response.end(next?.body ?? "");
      };
      if (next?.meanwhile) void next.meanwhile().then(respond, (error: Error) => response.destroy(error));
      else respond();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    asked,
    answer: (...answers: Scripted[]) => {
      script = answers;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
