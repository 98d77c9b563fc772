import ipaddr from 'ipaddr.js';

type Range = ReturnType<typeof ipaddr.parseCIDR>;

/**
 * Whether an address is in a list such as `10.0.0.0/8,2001:db8::/32`, commas between. Throws an Error that names what it
 * cannot read. IPv4 inside IPv6 is the IPv4 address it is.
 */
export function addressList(text: string): (address: string) => boolean {
  const ranges = text.split(',').map((part) => part.trim()).filter(Boolean).map(parseRange);
  return (address) => ipaddr.isValid(address) && ranges.some((range) => isIn(ipaddr.process(address), range));
}

function parseRange(text: string): Range {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  throw new Error(`Not a range of addresses, such as 10.0.0.0/8: ${text}`);
}

const isIn = (address: ReturnType<typeof ipaddr.process>, range: Range): boolean => address.kind() === range[0].kind() && address.match(range);
