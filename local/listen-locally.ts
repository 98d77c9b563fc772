import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Listens on 127.0.0.1 and gives the port, which for 0 is a free one. Rejects with the system's error (EADDRINUSE). */
export async function listenLocally(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening'); // rejects on 'error'
  return (server.address() as AddressInfo).port;
}
