const escape = (text: string): string => text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
const unescape = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))).replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&apos;/g, "'").replace(/&amp;/g, '&');
const document = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;

export const errorXml = (code: string, message: string): string => document(`<Error><Code>${code}</Code><Message>${escape(message)}</Message></Error>`);

export interface Listed {
  readonly key: string;
  readonly bytes: number;
}

/** One page of a listing; `next`: the key the next one begins after. */
export const listXml = (objects: readonly Listed[], next: string | undefined): string =>
  document(
    `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated><KeyCount>${objects.length}</KeyCount>` +
      (next === undefined ? '' : `<NextContinuationToken>${Buffer.from(next).toString('base64url')}</NextContinuationToken>`) +
      objects.map(({ key, bytes }) => `<Contents><Key>${escape(key)}</Key><Size>${bytes}</Size></Contents>`).join('') +
      '</ListBucketResult>',
  );

export const afterOfToken = (token: string | null): string => (token === null ? '' : Buffer.from(token, 'base64url').toString());

export const copyXml = (): string => document(`<CopyObjectResult><LastModified>${new Date().toISOString()}</LastModified></CopyObjectResult>`);

export const deletedXml = (): string => document('<DeleteResult></DeleteResult>');

/** The keys a `DeleteObjects` call names. */
export const keysToDelete = (xml: string): readonly string[] => [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescape(key));
