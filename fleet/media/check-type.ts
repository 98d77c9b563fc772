import type { MessageFailure } from '../../shared/contracts/message.ts';
import { fitsType, type MediaType } from '../../shared/domain/media/media-kinds.ts';

export interface TypeClaims {
  readonly type: MediaType;
  /** Of whoever sends the message. */
  readonly claimed: string | undefined;
  /** Of the server the file came from. */
  readonly served: string | undefined;
  /** What the bytes say. */
  readonly sniffed: string | undefined;
  readonly canSniff: (mimetype: string) => boolean;
}

export type TypeOutcome = { readonly mimetype: string } | { readonly failure: MessageFailure };

const ANYTHING = 'application/octet-stream';
/** Formats that are kept in a common container, which is all that some of their files show. */
const CONTAINERS: Readonly<Record<string, RegExp>> = {
  'application/zip': /openxmlformats|opendocument|epub|zip|java-archive|android|apk|iwork/,
  'application/x-cfb': /msword|ms-excel|ms-powerpoint|ms-outlook|vnd\.ms-/,
  'application/xml': /xml/,
  'application/gzip': /gzip|tar/,
};
const PROGRAMS = /x-msdownload|x-elf|x-mach-binary|x-executable/;

const bare = (mimetype: string | undefined): string | undefined => mimetype?.split(';')[0]?.trim().toLowerCase() || undefined;

/**
 * The type a file is sent as, by what is claimed of it and what its bytes say. Pictures, videos and recordings must be
 * what the message says; where they are of another format of that kind, the bytes are right. A document may be anything,
 * but not something else than claimed, and a web page only if it was asked for: most are a server's way to say no.
 */
export function checkType({ type, claimed, served, sniffed, canSniff }: TypeClaims): TypeOutcome {
  const named = bare(claimed) ?? (bare(served) === ANYTHING ? undefined : bare(served));
  return type === 'document' ? document(named, bare(claimed), sniffed, canSniff) : recording(type, named, sniffed);
}

function recording(type: Exclude<MediaType, 'document'>, named: string | undefined, sniffed: string | undefined): TypeOutcome {
  if (sniffed === undefined) return mismatch(`The bytes are no ${type} that we know`);
  if (!fitsType(type, sniffed)) return mismatch(`The file is ${sniffed}, which cannot be sent as ${type}`);
  const isSameContainer = named !== undefined && fitsType(type, named) && subtype(named) === subtype(sniffed);
  return { mimetype: isSameContainer ? named : sniffed }; // audio/mp4 of video/mp4: the bytes do not tell
}

const subtype = (mimetype: string): string | undefined => mimetype.split('/')[1]?.replace(/^x-/, '');

function document(named: string | undefined, claimed: string | undefined, sniffed: string | undefined, canSniff: TypeClaims['canSniff']): TypeOutcome {
  if (sniffed === 'text/html' && claimed !== 'text/html') return mismatch('The file is a web page: most likely the address says that it gives no file');
  if (named === undefined || named === ANYTHING) return { mimetype: sniffed ?? ANYTHING };
  if (sniffed === undefined) return canSniff(named) ? mismatch(`The bytes are no ${named}`) : { mimetype: named };
  if (sniffed === named || CONTAINERS[sniffed]?.test(named)) return { mimetype: named };
  if (canSniff(named) || PROGRAMS.test(sniffed)) return mismatch(`The file is ${sniffed}, not ${named}`);
  return { mimetype: sniffed };
}

const mismatch = (detail: string): TypeOutcome => ({ failure: { code: 'media_type_mismatch', detail } });
