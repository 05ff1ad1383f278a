import { expect, test } from "vitest";
import { domainsWithoutMail, type MailService } from "./mail-servers.ts";

test("only an answer counts, the most frequent domains are asked first, and each once in an hour", async () => {
  const asked: string[] = [];
  const services = new Map<string, MailService>([
    ["here.dev", "some"],
    ["gone.dev", "none"],
  ]);
  const lookUp = (domain: string) => {
    asked.push(domain);
    return Promise.resolve(services.get(domain) ?? null);
  };
  const counts = new Map([
    ["here.dev", 2],
    ["gone.dev", 3],
    ["mute.dev", 1],
    ["people.example", 9],
  ]);
  expect(await domainsWithoutMail(counts, lookUp)).toEqual(["gone.dev"]);
  expect(asked).toEqual(["gone.dev", "here.dev", "mute.dev"]);
  expect(await domainsWithoutMail(counts, lookUp)).toEqual(["gone.dev"]);
  expect(asked.slice(3)).toEqual(["mute.dev"]);
});

test("a name service that does not answer is not waited for again", async () => {
  let asked = 0;
  const lookUp = () => {
    asked += 1;
    return Promise.resolve(null);
  };
  const counts = new Map(Array.from({ length: 400 }, (_, n) => [`silent-${n}.dev`, 1]));
  expect(await domainsWithoutMail(counts, lookUp)).toEqual([]);
  const first = asked;
  expect(first).toBeLessThan(100);
  expect(await domainsWithoutMail(counts, lookUp)).toEqual([]);
  expect(asked).toBe(first);
});
