import { literalAddress, requirePublic } from '../http/public-addresses.ts';

/**
 * Whether media may be asked for at a URL, as far as the URL itself tells. A courtesy to whoever sends the message: names
 * are resolved, and judged, when the file is fetched.
 */
export function isPublicMediaUrl(text: string): boolean {
  const url = new URL(text);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.username === '' && url.password === '' && !isLocalName(url) && !isPrivateAddress(url);
}

const isLocalName = ({ hostname }: URL): boolean => /(^|\.)(localhost|local|internal)\.?$/.test(hostname);

function isPrivateAddress(url: URL): boolean {
  const literal = literalAddress(url);
  if (literal === undefined) return false;
  try {
    requirePublic(literal, { allowLoopback: false });
    return false;
  } catch {
    return true;
  }
}
