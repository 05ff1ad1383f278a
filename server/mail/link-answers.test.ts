import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { askLinks } from "./link-answers.ts";

/** A site: `/404` answers so, `/to/404` leads there, `/get/200` answers a GET alone, `/silent` nothing. */
const heard: string[] = [];
let underway = 0;
let most = 0;
const site = createServer((request, response) => {
  const { method = "", url = "" } = request;
  heard.push(`${method} ${url}`);
  most = Math.max(most, (underway += 1));
  response.on("close", () => (underway -= 1));
  const [, first, second] = url.split("/");
  if (first === "silent") return;
  if (first === "cut" && method === "HEAD") return void request.socket.destroy();
  if (first === "to") return void response.writeHead(302, { location: `/${second}` }).end();
  if (first === "out") return void response.writeHead(301, { location: "mailto:ana@acme.example" }).end();
  if (first === "loop") return void response.writeHead(307, { location: "/loop" }).end();
  if (first === "slow") return void setTimeout(() => response.writeHead(200).end(), 50);
  const status = first === "get" ? (method === "GET" ? second : 405) : first === "cut" ? 200 : first;
  response.writeHead(Number(status)).end();
});
const urlOf = (path: string) => `http://127.0.0.1:${(site.address() as AddressInfo).port}${path}`;

beforeAll(() => new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve)));
beforeEach(() => {
  heard.splice(0);
  most = 0;
});
afterAll(() => {
  site.closeAllConnections();
  site.close();
});

const ask = (paths: string[], given: Parameters<typeof askLinks>[1] = {}) =>
  askLinks(
    paths.map((path) => (path.startsWith("/") ? urlOf(path) : path)),
    { allowPrivate: true, timeoutMs: 2_000, ...given },
  );

test("a page that is there answers, over redirects, and where only GET is taken", async () => {
  expect(await ask(["/200", "/to/204", "/304"])).toEqual([null, null, null]);
  expect(heard.every((one) => one.startsWith("HEAD"))).toBe(true);
  heard.splice(0);
  expect(await ask(["/get/200", "/cut"])).toEqual([null, null]);
  expect(heard.sort()).toEqual(["GET /cut", "GET /get/200", "HEAD /cut", "HEAD /get/200"]);
});

test.each<[string, RegExp]>([
  ["/404", /^127\.0\.0\.1 answers with status 404: there is no such page\. Correct/],
  ["/to/410", /status 410/],
  ["/403", /to a program at least/],
  ["/503", /not now/],
  ["/500", /its server fails/],
  ["/418", /a page was expected/],
  ["/loop", /redirects more than 5 times/],
  ["/out", /leads on to mailto:ana@acme\.example/],
  ["http://127.0.0.1:1/", /The connection to 127\.0\.0\.1 failed \(.*ECONNREFUSED/],
  ["http://nobody.invalid/", /No server was found at nobody\.invalid/],
  ["https://ana:secret@acme.example/", /Leave the user name and password out/],
  ["https://", /no address/],
])("%s is told of", async (path, message) => {
  expect((await ask([path]))[0]).toMatch(message);
});

test("one that is silent is given up, and what there is no time for is not judged", async () => {
  expect((await ask(["/silent"], { timeoutMs: 100 }))[0]).toMatch(/no answer within 0\.1 seconds/);
  const silent = Array.from({ length: 7 }, () => "/silent");
  expect(await ask([...silent, "/404"], { wholeMs: 150 })).toEqual(Array.from({ length: 8 }));
});

test("five are asked at once, each gets its own answer", async () => {
  const paths = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? "/404" : "/slow"));
  const answers = await ask(paths);
  expect(answers.map((answer) => (answer === null ? "/slow" : "/404"))).toEqual(paths);
  expect(most).toBe(5);
});

test("nothing inside this network is asked", async () => {
  const inside = ["/200", "http://[::1]/", "http://169.254.169.254/latest", "http://localhost/"];
  for (const answer of await ask(inside, { allowPrivate: false }))
    expect(answer).toMatch(/is an address inside this network/);
  expect(heard).toEqual([]);
});
