import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkType } from '../../../fleet/media/check-type.ts';
import { canSniff, sniffType } from '../../../fleet/media/sniff-type.ts';
import type { MediaType } from '../../../shared/domain/media/media-kinds.ts';
import { aFile } from '../../support/builders/files.ts';

const PAGE = Buffer.from('\n<!-- sorry -->\n<!DOCTYPE html><html><body>Please log in</body></html>');
const PROGRAM = Buffer.from('4d5a90000300000004000000ffff0000', 'hex');

describe('the type of a file that is sent', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blazz-types-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  async function judge(type: MediaType, content: Buffer, claims: { claimed?: string; served?: string } = {}): Promise<string> {
    const path = join(dir, 'file');
    await writeFile(path, content);
    const outcome = checkType({ type, claimed: claims.claimed, served: claims.served, sniffed: await sniffType(path), canSniff });
    return 'failure' in outcome ? outcome.failure.code : outcome.mimetype;
  }

  it.each<[MediaType, string]>([
    ['image', 'image/png'], ['image', 'image/jpeg'], ['sticker', 'image/webp'], ['video', 'video/mp4'], ['audio', 'audio/mpeg'], ['document', 'application/pdf'], ['document', 'video/mp4'],
  ])('is what the bytes are, for %s: %s', async (type, mimetype) => {
    expect(await judge(type, aFile(mimetype), { claimed: mimetype })).toBe(mimetype);
    expect(await judge(type, aFile(mimetype))).toBe(mimetype);
    expect(await judge(type, aFile(mimetype), { served: 'application/octet-stream' })).toBe(mimetype);
  });

  it('is put right when it is of the same kind', async () => {
    expect(await judge('image', aFile('image/png'), { claimed: 'image/jpeg' })).toBe('image/png');
    expect(await judge('image', aFile('image/png'), { served: 'text/plain; charset=utf-8' })).toBe('image/png');
    expect(await judge('audio', aFile('video/mp4'), { claimed: 'audio/mp4' })).toBe('audio/mp4');
    expect(await judge('document', aFile('image/png'), { claimed: 'text/plain' })).toBe('image/png');
  });

  it.each<[MediaType, Buffer, string]>([
    ['image', PAGE, 'image/png'],
    ['image', PROGRAM, 'image/png'],
    ['image', aFile('video/mp4'), 'image/png'],
    ['image', Buffer.from('just words'), 'image/png'],
    ['image', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    ['video', aFile('image/png'), 'video/mp4'],
    ['audio', aFile('application/pdf'), 'audio/mpeg'],
    ['document', PAGE, 'application/pdf'],
    ['document', PROGRAM, 'application/pdf'],
    ['document', PROGRAM, 'text/csv'],
    ['document', aFile('application/zip'), 'application/pdf'],
    ['document', Buffer.from('just words'), 'application/pdf'],
  ])('is a lie: %s %#', async (type, content, claimed) => {
    expect(await judge(type, content, { claimed })).toBe('media_type_mismatch');
  });

  it('is a web page only for whoever asked for one', async () => {
    expect(await judge('document', PAGE, { served: 'text/html' })).toBe('media_type_mismatch');
    expect(await judge('document', PAGE, { claimed: 'text/html' })).toBe('text/html');
  });

  it('leaves alone what bytes do not tell', async () => {
    expect(await judge('document', Buffer.from('a;b;c\n1;2;3\n'), { claimed: 'text/csv' })).toBe('text/csv');
    expect(await judge('document', Buffer.from('just words'))).toBe('application/octet-stream');
    const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
    expect(await judge('document', aFile('application/zip'), { claimed: docx })).toBe(docx);
  });
});
