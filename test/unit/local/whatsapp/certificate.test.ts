import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { serviceCertificate } from '../../../../local/whatsapp/certificate.ts';
import { openDatabase } from '../../../../local/whatsapp/storage/database.ts';

const HOST = 'web.whatsapp.com';

describe('the certificate', () => {
  it('is for the host, signed by itself, and fits its key and hash', async () => {
    const { certificate, key, spki } = await serviceCertificate(openDatabase(undefined), HOST);
    const parsed = new X509Certificate(certificate);
    expect(parsed.checkHost(HOST)).toBe(HOST);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(new Date(parsed.validTo).getTime()).toBeGreaterThan(Date.now());
    const der = parsed.publicKey.export({ type: 'spki', format: 'der' });
    expect(createHash('sha256').update(der).digest('base64')).toBe(spki);
  });

  it('stays the same on the same data', async () => {
    const database = openDatabase(undefined);
    expect(await serviceCertificate(database, HOST)).toEqual(await serviceCertificate(database, HOST));
  });
});
