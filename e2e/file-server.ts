import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server elsewhere that gives out one file, which a test changes as it likes. */
export type FileServer = {
  url: string;
  body: string;
  status: number;
  /** Of the last request. */
  headers: IncomingMessage["headers"];
  close: () => void;
};

export async function fileServer(body: string): Promise<FileServer> {
  const server = createServer((request, response) => {
    state.headers = request.headers;
    response.writeHead(state.status, { "content-type": "text/csv" }).end(state.body);
  });
  const state: FileServer = {
    url: `${await listening(server)}/people.csv?token=secret`,
    body,
    status: 200,
    headers: {},
    close: () => server.close(),
  };
  return state;
}

/** Starts a server on a free port of this machine and gives its address. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
