import 'reflect-metadata'; // what @peculiar/x509 asks for before it loads
import { createHash, KeyObject, webcrypto } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import * as z from 'zod';

const Certificate = z.object({ certificate: z.string(), key: z.string(), spki: z.string() });
/** PEM certificate and key; `spki` is the base64 SHA-256 of the public key, as Chromium's flag wants it. */
export type Certificate = z.infer<typeof Certificate>;

const DAY_MS = 24 * 3_600_000;
const YEARS_10_MS = 3650 * DAY_MS;
const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The same certificate at every start on the same data: browsers are launched with its hash. */
export async function serviceCertificate(database: DatabaseSync, host: string): Promise<Certificate> {
  const row = database.prepare(`SELECT value FROM settings WHERE name = 'certificate'`).get();
  if (row) return Certificate.parse(JSON.parse(String(row['value'])));
  const made = await selfSigned(host);
  database.prepare(`INSERT INTO settings (name, value) VALUES ('certificate', ?)`).run(JSON.stringify(made));
  return made;
}

export async function selfSigned(host: string): Promise<Certificate> {
  const keys = await webcrypto.subtle.generateKey(EC_P256, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + YEARS_10_MS),
    signingAlgorithm: EC_P256,
    keys,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  return {
    certificate: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    spki: createHash('sha256').update(new Uint8Array(certificate.publicKey.rawData)).digest('base64'),
  };
}
