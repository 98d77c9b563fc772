import type { LocalView } from './local-json.ts';

const createSession = ({ api, apiKey }: LocalView): string =>
  `curl -X POST ${api}/v1/sessions -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -d '{"name":"Shop"}'`;

/** What a person wants to know once all is ready. */
export function summary(view: LocalView, dataDir: string): string {
  const { api, realtime, whatsapp, apiKey, instances } = view;
  const phones = whatsapp === null ? [] : [`  WhatsApp    ${whatsapp}/  (simulated, with phones to click)`];
  const link = whatsapp === null ? 'scan the QR code of the session' : `open ${whatsapp}/ and scan the QR code with a phone`;
  return [
    'Blazz is ready.',
    '',
    `  API         ${api}  (reference: ${api}/docs)`,
    ...(realtime === null ? [] : [`  real time   ${realtime}?token=<API key>`]),
    ...phones,
    `  instances   ${instances.map(({ id }) => id).join(', ') || 'none'}`,
    `  API key     ${apiKey}`,
    `  data        ${dataDir}  (logs in ${dataDir}/logs)`,
    '',
    `Next: create a session, then ${link}:`,
    '',
    `  ${createSession(view)}`,
    '',
    'Ctrl-C ends everything.',
  ].join('\n');
}
