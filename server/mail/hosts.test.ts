import { expect, test } from "vitest";
import { isPrivateAddress } from "./hosts.ts";

test.each(["1.1.1.1", "8.8.8.8", "142.250.1.27", "2606:4700:4700::1111", "2a00:1450:4001::1b"])(
  "%s is on the public internet",
  (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  },
);

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "::1",
  "::",
  "::ffff:127.0.0.1",
  "::ffff:1.1.1.1",
  "64:ff9b::a00:1",
  "fd00::1",
  "fe80::1",
  "ff02::1",
  "localhost",
])("%s is not", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});
