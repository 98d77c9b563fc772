import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number; // 4 or 6
}

/** All addresses of a host name. Rejects when there are none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface AddressRules {
  /** Lets 127.0.0.0/8 and ::1 pass: for tests on one machine. */
  readonly allowLoopback: boolean;
}

/** A target that is not public. Its message names no address: it goes to whoever registered the webhook. */
export class RefusedTargetError extends Error {
  override readonly name = 'RefusedTargetError';
}

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** Refuses anything but `unicast` (public) addresses. IPv4 inside IPv6 is judged as the IPv4 address it is. */
export function requirePublic(address: string, { allowLoopback }: AddressRules): void {
  const range = ipaddr.process(address).range();
  if (range === 'unicast' || (allowLoopback && range === 'loopback')) return;
  throw new RefusedTargetError(`leads to a ${range} address; only public ones are allowed`);
}

/** The addresses of a host, each of them checked: one that is not public refuses them all. */
export async function publicAddresses(hostname: string, resolve: Resolve, rules: AddressRules): Promise<readonly ResolvedAddress[]> {
  const addresses = await resolve(hostname);
  for (const { address } of addresses) requirePublic(address, rules);
  return addresses;
}

/** The address a URL's host is by itself, without a name to resolve. `URL` has put decimal and hex forms right already. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : undefined;
}
