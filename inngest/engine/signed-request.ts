import { send, type Request } from "./http-client.ts";
import type { Reply } from "./reply.ts";
import { encodeBody, signRequest } from "./signature.ts";

type Options = Omit<Request, "body"> & { body: unknown; keys: readonly string[] };

/**
 * Sends a signed request. A worker that refuses our key (401: it has done nothing) is asked again with the next one,
 * so that keys can be changed on one side after the other.
 * @throws NoReply
 */
export async function sendSigned(address: string, { body, keys, headers, ...rest }: Options): Promise<Reply> {
  const { text, canonical } = encodeBody(body);
  const once = (key: string) => {
    const signature = signRequest(canonical, key, Date.now());
    return send(address, { ...rest, headers: { ...headers, "x-inngest-signature": signature }, body: text });
  };
  const [first = "", ...others] = keys;
  let reply = await once(first);
  for (const key of others) {
    if (reply.status !== 401) break;
    reply = await once(key);
  }
  return reply;
}
