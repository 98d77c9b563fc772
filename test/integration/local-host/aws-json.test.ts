import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AwsJsonServer, type Actions } from '../../../local/aws-json/aws-json-server.ts';
import { masterKeyActions, openMasterKeys } from '../../../local/aws-json/master-keys.ts';
import { openSecrets, secretActions } from '../../../local/aws-json/secrets.ts';
import { kmsDataKeys } from '../../../shared/adapters/kms/kms-data-keys.ts';
import { WrongKeyError } from '../../../shared/domain/encryption/data-keys.ts';
import { readFixture } from './fixtures/deployed-fixture.ts';

describe('KMS and Secrets Manager of the local host, to the real SDK', () => {
  let folder: string;
  let server: AwsJsonServer;
  let settings: object;
  const SECRET = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:names-Secret';

  async function openActions(): Promise<Actions> {
    const deployment = await readFixture('http://127.0.0.1:1');
    return {
      ...secretActions(await openSecrets(deployment, join(folder, 'secrets.json'))),
      ...masterKeyActions(await openMasterKeys(deployment, join(folder, 'keys.json'))),
    };
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blazz-aws-'));
    const actions = await openActions();
    server = await AwsJsonServer.start(() => actions);
    settings = { endpoint: server.endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const keyArn = async (): Promise<string> => (await readFixture('http://127.0.0.1:1')).list('AWS::KMS::Key')[0]?.arn ?? '';
  const secretId = async (): Promise<string> => (await readFixture('http://127.0.0.1:1')).list('AWS::SecretsManager::Secret')[0]?.arn ?? '';

  it('generates a secret as the template describes it, once', async () => {
    const client = new SecretsManagerClient(settings);
    const read = async () => (await client.send(new GetSecretValueCommand({ SecretId: await secretId() }))).SecretString;
    expect(await secretId()).toContain(SECRET);
    expect(await read()).toMatch(/^[A-Za-z0-9]{48}$/);
    const reopened = await openSecrets(await readFixture('http://127.0.0.1:1'), join(folder, 'secrets.json'));
    expect(reopened.get(await secretId())).toBe(await read());
  });

  it('has no secret of another name', async () => {
    const client = new SecretsManagerClient(settings);
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'else' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('wraps a data key and opens it again, under the same context only', async () => {
    const client = new KMSClient(settings);
    const EncryptionContext = { session: 'ses_1', path: '/a' };
    const { Plaintext, CiphertextBlob } = await client.send(
      new GenerateDataKeyCommand({ KeyId: await keyArn(), KeySpec: 'AES_256', EncryptionContext }),
    );
    const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { path: '/a', session: 'ses_1' } }));
    expect(Plaintext).toHaveLength(32);
    expect(opened.Plaintext).toEqual(Plaintext);
    await expect(client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: {} }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  it('tells a ciphertext under another key, and one that is none of its own', async () => {
    const client = new KMSClient(settings);
    const { CiphertextBlob = new Uint8Array() } = await client.send(new GenerateDataKeyCommand({ KeyId: await keyArn(), KeySpec: 'AES_256' }));
    const keys = kmsDataKeys(await keyArn(), [], client);
    await expect(keys.unwrap(CiphertextBlob, { session: 'another' })).rejects.toThrow(WrongKeyError);
    await expect(keys.unwrap(Uint8Array.from(CiphertextBlob).fill(7, 0, 4), {})).rejects.toThrow(WrongKeyError);
    await expect(kmsDataKeys('arn:aws:kms:eu-west-1:000000000000:key/none', [], client).unwrap(CiphertextBlob, {})).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('opens after a restart what was sealed before', async () => {
    const client = new KMSClient(settings);
    const { Plaintext, CiphertextBlob } = await client.send(new GenerateDataKeyCommand({ KeyId: await keyArn(), KeySpec: 'AES_256' }));
    const reopened = await openActions();
    const CiphertextText = Buffer.from(CiphertextBlob ?? []).toString('base64');
    expect(await reopened['TrentService.Decrypt']?.({ CiphertextBlob: CiphertextText })).toMatchObject({
      Plaintext: Buffer.from(Plaintext ?? []).toString('base64'),
    });
  });

  it.each(['secrets.json', 'keys.json'])('keeps %s to its owner', async (file) => {
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  });

  it('refuses what it does not have by name', async () => {
    await expect(new ECSClient(settings).send(new ListTasksCommand({}))).rejects.toThrow(/has no AmazonEC2ContainerService.*ListTasks/);
  });
});
