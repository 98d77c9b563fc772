import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { extractTar } from '../../../../fleet/storage/tar-folder.ts';
import { checkZip, zipFiles } from '../../../../fleet/storage/zip-files.ts';

const LEADS_OUT = ['../evil', 'a/../../evil', '/etc/evil', '..', 'a\\..\\..\\evil'];

describe('a tar', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'blazz-tar-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const extract = async (header: Partial<Header> & Pick<Header, 'name'>): Promise<void> => {
    const archive = pack();
    archive.entry(header, header.size === 0 ? '' : 'content');
    archive.finalize();
    await pipeline(archive as unknown as Readable, extractTar(join(root, 'profile')));
  };

  it.each(LEADS_OUT)('with the name %j is refused', async (name) => {
    await expect(extract({ name })).rejects.toThrow('leads out of its folder');
    expect(await readdir(root)).toEqual([]);
  });

  it.each(['symlink', 'link'] as const)('with a %s is refused', async (type) => {
    await expect(extract({ name: 'a', type, linkname: '/etc/passwd', size: 0 })).rejects.toThrow(`holds a ${type}`);
    expect(await readdir(root)).toEqual([]);
  });

  it('with plain names is taken', async () => {
    await extract({ name: 'Default/a' });
    expect(await readdir(join(root, 'profile/Default'))).toEqual(['a']);
  });
});

interface Made {
  readonly name: string;
  readonly localName?: string;
  readonly attributes?: number;
  readonly crc?: number;
}

/** A zip of one stored file. */
function zipOf({ name, localName = name, attributes = 0, crc }: Made): Buffer {
  const content = Buffer.from('content');
  const sum = crc ?? crc32(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(Buffer.byteLength(localName), 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt8(3, 5);
  entry.writeUInt32LE(sum, 16);
  entry.writeUInt32LE(content.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(Buffer.byteLength(name), 28);
  entry.writeUInt32LE(attributes, 38);
  const offset = local.length + Buffer.byteLength(localName) + content.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([local, Buffer.from(localName), content, entry, Buffer.from(name), end]);
}

describe('a zip', () => {
  const damage = { name: 'UnusableCopyError', code: 'snapshot_corrupt' };

  it('that is whole tells what is in it', async () => {
    expect(await Array.fromAsync(zipFiles(zipOf({ name: 'Default/a' })))).toEqual([{ name: 'Default/a', content: Buffer.from('content') }]);
  });

  it.each(LEADS_OUT)('with the name %j is refused', async (name) => {
    await expect(checkZip(zipOf({ name }))).rejects.toMatchObject(damage);
  });

  it('with a link, or a file that goes by two names, is refused', async () => {
    await expect(checkZip(zipOf({ name: 'a', attributes: (0o120777 << 16) >>> 0 }))).rejects.toMatchObject(damage);
    await expect(checkZip(zipOf({ name: 'a', localName: '../../evil' }))).rejects.toMatchObject(damage);
  });

  it('whose content does not fit its checksum is refused', async () => {
    await expect(checkZip(zipOf({ name: 'a', crc: 1 }))).rejects.toMatchObject(damage);
  });

  it('is refused however much of it is missing', async () => {
    const whole = zipOf({ name: 'Default/a' });
    for (let length = 0; length < whole.length; length++) {
      await expect(checkZip(whole.subarray(0, length))).rejects.toMatchObject(damage);
    }
  });
});
