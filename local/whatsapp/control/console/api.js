/** Calls the control API. Throws an Error with the service's own message. */
export async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(15_000),
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? `${method} ${url}: ${response.status}`);
  return answer;
}

const phone = (number, rest = '') => `/phones/${encodeURIComponent(number)}${rest}`;

export const listPhones = (search) => call('GET', `/phones?limit=200&search=${encodeURIComponent(search)}`);
export const getPhone = (number) => call('GET', phone(number));
export const listChats = (number) => call('GET', phone(number, '/chats'));
export const listMessages = (number, chat) => call('GET', phone(number, `/chats/${encodeURIComponent(chat)}`));
export const listWaiting = () => call('GET', '/waiting');
export const getStats = () => call('GET', '/stats');
export const register = (number, name) => call('POST', '/phones', { number, ...(name && { name }) });
export const patch = (number, change) => call('PATCH', phone(number), change);
export const write = (number, to, text) => call('POST', phone(number, '/messages'), { to, text });
export const read = (number, from) => call('POST', phone(number, '/messages/read'), { from });
export const link = (number, proof) => call('POST', phone(number, '/link'), proof);
export const unlink = (number, deviceId) => call('POST', phone(number, '/unlink'), { deviceId });
export const ban = (number) => call('POST', phone(number, '/ban'));
export const unban = (number) => call('DELETE', phone(number, '/ban'));
export const setFault = (number, kind) => call('POST', phone(number, '/faults'), { kind });
export const clearFaults = (number) => call('DELETE', phone(number, '/faults'));
