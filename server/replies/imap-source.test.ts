import { expect, test } from "vitest";
import { openImap } from "./imap-source.ts";

test.each(["127.0.0.1", "10.0.0.1", "169.254.169.254", "localhost"])(
  "%s is inside this network: nobody is connected to it",
  async (host) => {
    const server = { host, port: 993, security: "tls", user: "a", password: "b", trusted: false } as const;
    await expect(openImap(server)).rejects.toThrow(/^DNS: .*inside this network/);
  },
);
