import fc from 'fast-check';
import { anIdOf, aPhoneNumber } from './values.ts';

/** Stands for Meta's id of a number that the world has a session for. */
export const META_NUMBER_MARK = '<meta-number>';
/** Stands for that session. */
export const META_SESSION_MARK = '<meta-session>';

const aMetaMessage = (): fc.Arbitrary<unknown> =>
  fc.record({
    from: aPhoneNumber().map((number) => number.slice(1)),
    id: fc.nat(40).map((n) => `wamid.${n}`),
    timestamp: fc.constantFrom('1760000000', '1760000001'),
    type: fc.constantFrom('text', 'image', 'reaction', 'button', 'interactive', 'location', 'order', 'unsupported'),
    text: fc.record({ body: fc.string({ maxLength: 20 }) }),
    image: fc.record({ id: fc.constant('5'), mime_type: fc.constant('image/png'), sha256: fc.base64String({ maxLength: 44 }), caption: fc.string({ maxLength: 5 }) }),
    reaction: fc.record({ message_id: fc.constant('wamid.1'), emoji: fc.constantFrom('👍', '') }),
  });

const aMetaStatus = (): fc.Arbitrary<unknown> =>
  fc.record({
    id: fc.nat(40).map((n) => `wamid.${n}`),
    status: fc.constantFrom('sent', 'delivered', 'read', 'failed', 'warning'),
    timestamp: fc.constantFrom('1760000000', 'x'),
    recipient_id: aPhoneNumber().map((number) => number.slice(1)),
    biz_opaque_callback_data: anIdOf('msg'),
    errors: fc.constantFrom([], [{ code: 131047, title: 'x' }]),
  });

const aMetaWebhook = (): fc.Arbitrary<unknown> =>
  fc.record({ messages: fc.array(aMetaMessage(), { maxLength: 3 }), statuses: fc.array(aMetaStatus(), { maxLength: 3 }) }).map((what) => ({
    object: 'whatsapp_business_account',
    entry: [{
      id: '700002',
      changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '4930700001', phone_number_id: META_NUMBER_MARK }, contacts: [], ...what } }],
    }],
  }));

const aTemplate = (): fc.Arbitrary<unknown> =>
  fc.record({ name: fc.nat(20).map((n) => `t_${n}`), language: fc.constantFrom('de', 'en_US'), category: fc.constantFrom('utility', 'marketing') }).map((template) => ({
    sessionId: META_SESSION_MARK, body: 'Hello {{name}}, see you', examples: { name: 'Ada' }, ...template,
  }));

/** Bodies whose schema says less than the operation wants. */
export const EXAMPLES: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  ingestMetaWebhook: aMetaWebhook,
  createTemplate: aTemplate,
  syncTemplates: () => fc.constant({ sessionId: META_SESSION_MARK }),
};

/** Paths whose schema says less than the operation wants. */
export const PATHS: Readonly<Record<string, string>> = { redriveQueue: '/v1/operations/queues/work/redrive', drainInstance: '/v1/instances/<ins:0>/drain' };

const HEADERS = ['phoneNumber,name,company', 'to;name', 'phone\tname', 'number', 'name', '"phoneNumber","na""me"', '__proto__,to,constructor', 'to,to', ''] as const;
const CELLS = ['+4915112345601', '4915112345602', '(0151) 1', 'Ada', '"Ada, ""the"" first"', '=1+1', '', ' ', '"a\nb"', '"open', '\0', '🙈', '\ud800', '__proto__', 'ja', 'true'] as const;
const FIELD_OF_A_MEGABYTE = 'x'.repeat(1_000_000);

/** CSV files of the kinds people send: with marks, odd line ends, quotes, another encoding, and too much in a field. */
export const aCsv = (): fc.Arbitrary<string> =>
  fc
    .record({
      mark: fc.constantFrom('', '', '\ufeff', '\ufeff\ufeff'),
      header: fc.constantFrom(...HEADERS),
      rows: fc.array(fc.array(fc.constantFrom(...CELLS), { maxLength: 4 }), { maxLength: 6 }),
      end: fc.constantFrom('\n', '\n', '\r\n', '\r'),
      twist: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'utf16', 'huge'),
    })
    .map(({ mark, header, rows, end, twist }) => {
      const between = [',', ';', '\t'].find((delimiter) => header.includes(delimiter)) ?? ',';
      const text = mark + [header, ...rows.map((row) => row.join(between))].join(end);
      if (twist === 'utf16') return text.split('').map((letter) => `${letter}\0`).join('');
      return twist === 'huge' ? `${text}${end}+4915112345603${between}${FIELD_OF_A_MEGABYTE}` : text;
    });
