import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { findPrivateJson, writePrivateJson } from '../data-dir/private-json.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { AwsJsonError } from './aws-json-error.ts';
import type { Actions } from './aws-json-server.ts';

const KeyFile = z.record(z.string(), z.base64());
const Context = z.record(z.string(), z.string()).default({});
const EncryptInput = z.object({ KeyId: z.string(), Plaintext: z.base64(), EncryptionContext: Context });
const DecryptInput = z.object({ KeyId: z.string().optional(), CiphertextBlob: z.base64(), EncryptionContext: Context });
const DataKeyInput = z.object({
  KeyId: z.string(),
  KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
  NumberOfBytes: z.int().min(1).max(1024).optional(),
  EncryptionContext: Context,
});
type Context = z.infer<typeof Context>;

interface MasterKey {
  readonly arn: string;
  readonly names: readonly string[]; // id, ARN, aliases
  readonly material: Buffer;
}

const ID_BYTES = 36; // a key id is a UUID
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** The file at `path` holds 32 random bytes a key, made once, readable by its owner only. */
async function readMaterial(ids: readonly string[], path: string): Promise<Record<string, string>> {
  const material = (await findPrivateJson(path, KeyFile)) ?? {};
  for (const id of ids) material[id] ??= randomBytes(32).toString('base64');
  await writePrivateJson(path, material);
  return material;
}

const aliasesOf = (key: Resource, deployment: Deployment): readonly string[] =>
  deployment
    .list('AWS::KMS::Alias')
    .filter(({ properties }) => [key.ref, key.arn].includes(String(properties['TargetKeyId'])))
    .flatMap(({ name, arn }) => [name, arn]);

/** The KMS keys of the template. */
export async function openMasterKeys(deployment: Deployment, path: string): Promise<readonly MasterKey[]> {
  const resources = deployment.list('AWS::KMS::Key');
  const material = await readMaterial(resources.map(({ ref }) => ref), path);
  return resources.map((key) => ({
    arn: key.arn,
    names: [key.ref, key.arn, ...aliasesOf(key, deployment)],
    material: Buffer.from(material[key.ref] ?? '', 'base64'),
  }));
}

/** Binds a ciphertext to its context, whose order does not count. */
const authenticated = (context: Context): Buffer => Buffer.from(JSON.stringify(context, Object.keys(context).sort()));

/** Ciphertext: key id, IV, tag, encrypted bytes. */
function seal({ names, material }: MasterKey, plaintext: Buffer, context: Context): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, material, iv).setAAD(authenticated(context));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(names[0] ?? ''), iv, cipher.getAuthTag(), encrypted]).toString('base64');
}

function open({ material }: MasterKey, blob: Buffer, context: Context): Buffer {
  const [iv, tag] = [blob.subarray(ID_BYTES, ID_BYTES + IV_BYTES), blob.subarray(ID_BYTES + IV_BYTES, ID_BYTES + IV_BYTES + TAG_BYTES)];
  try {
    const decipher = createDecipheriv(CIPHER, material, iv).setAAD(authenticated(context)).setAuthTag(tag);
    return Buffer.concat([decipher.update(blob.subarray(ID_BYTES + IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new AwsJsonError('InvalidCiphertextException', 'The ciphertext, or its encryption context, is not what was sealed');
  }
}

/** KMS, as far as envelope encryption needs it. */
export function masterKeyActions(keys: readonly MasterKey[]): Actions {
  const find = (id: string): MasterKey => {
    const key = keys.find(({ names }) => names.includes(id));
    if (!key) throw new AwsJsonError('NotFoundException', `Key '${id}' does not exist`);
    return key;
  };
  const sealedUnder = (blob: Buffer): MasterKey => {
    const id = blob.subarray(0, ID_BYTES).toString();
    const key = keys.find(({ names }) => names[0] === id);
    if (!key) throw new AwsJsonError('InvalidCiphertextException', 'The ciphertext is sealed under no key of this account');
    return key;
  };
  return {
    'TrentService.Encrypt': (input) => {
      const { KeyId, Plaintext, EncryptionContext } = EncryptInput.parse(input);
      const key = find(KeyId);
      return { KeyId: key.arn, CiphertextBlob: seal(key, Buffer.from(Plaintext, 'base64'), EncryptionContext) };
    },
    'TrentService.GenerateDataKey': (input) => {
      const { KeyId, KeySpec, NumberOfBytes, EncryptionContext } = DataKeyInput.parse(input);
      const key = find(KeyId);
      const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), CiphertextBlob: seal(key, plaintext, EncryptionContext) };
    },
    'TrentService.Decrypt': (input) => {
      const { KeyId, CiphertextBlob, EncryptionContext } = DecryptInput.parse(input);
      const blob = Buffer.from(CiphertextBlob, 'base64');
      const key = sealedUnder(blob);
      if (KeyId !== undefined && find(KeyId) !== key) throw new AwsJsonError('IncorrectKeyException', 'The ciphertext is sealed under another key');
      return { KeyId: key.arn, Plaintext: open(key, blob, EncryptionContext).toString('base64') };
    },
    'TrentService.DescribeKey': ({ KeyId }) => {
      const { arn, names } = find(String(KeyId));
      return { KeyMetadata: { KeyId: names[0], Arn: arn, Enabled: true, KeyState: 'Enabled', KeyUsage: 'ENCRYPT_DECRYPT' } };
    },
  };
}
