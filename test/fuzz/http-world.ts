import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { callJson, expectOk } from '../../local/client/http-json.ts';
import type { LocalJson } from '../../local/client/host-process.ts';
import type { FuzzAnswer } from './check-answer.ts';
import type { FuzzCaller, FuzzRequest } from './request.ts';
import type { FuzzWorld } from './world.ts';

/** A running local host, with API Gateway and its authorizer before the entries. It cannot tell what was written. */
export async function httpWorld({ api, apiKey, operatorKey, otherApiKey, workspaceId }: LocalJson): Promise<FuzzWorld> {
  const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  const other = expectOk<{ id: string }>(await callJson(`${api}/v1/workspaces/current`, as(otherApiKey)), 'the other workspace');
  const made = await callJson(`${api}/v1/api-keys`, { method: 'POST', body: { name: 'narrow', scopes: ['keys:read'] }, ...as(apiKey) });
  const narrow = expectOk<{ key: string }>(made, 'a key').key;
  const keys: Readonly<Record<FuzzCaller, string | undefined>> = { own: operatorKey, stranger: otherApiKey, narrow, nobody: undefined };
  return {
    workspaces: { own: workspaceId, stranger: other.id },
    call: (request) => send(api, request, keys[request.caller]),
    written: () => undefined,
    stop: async () => undefined,
  };
}

/** The path goes out as it is: `fetch` would tidy it. */
async function send(api: string, { method, path, query, headers, body }: FuzzRequest, key: string | undefined): Promise<FuzzAnswer> {
  const target = query === '' ? path : `${path}?${query}`;
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }; // Node leaves it out for GET, and the body would be the next request
  const outgoing = httpRequest(api, { method, path: target, headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }), ...length, ...headers } });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return { status: response.statusCode ?? 0, headers: Object.fromEntries(named) as Record<string, string>, text: await text(response) };
}
