import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { findPrivateJson, writePrivateJson } from '../data-dir/private-json.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { AwsJsonError } from './aws-json-error.ts';
import type { Actions } from './aws-json-server.ts';

const Generation = z.object({
  PasswordLength: z.number().default(32),
  ExcludeCharacters: z.string().default(''),
  ExcludePunctuation: z.boolean().default(false),
  GenerateStringKey: z.string().optional(),
  SecretStringTemplate: z.string().default('{}'),
});
type Generation = z.infer<typeof Generation>;

const SecretProperties = z.object({ SecretString: z.string().optional(), GenerateSecretString: Generation.optional() });

const Values = z.record(z.string(), z.string());
const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PUNCTUATION = '!#$%&()*+,-./:;<=>?@[]^_{|}~';

function randomPassword({ PasswordLength, ExcludeCharacters, ExcludePunctuation }: Generation): string {
  const characters = ExcludePunctuation ? LETTERS_AND_DIGITS : LETTERS_AND_DIGITS + PUNCTUATION;
  const alphabet = characters.split('').filter((character) => !ExcludeCharacters.includes(character));
  return Array.from({ length: PasswordLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

function generate(generation: Generation): string {
  const password = randomPassword(generation);
  if (generation.GenerateStringKey === undefined) return password;
  const template = JSON.parse(generation.SecretStringTemplate) as Record<string, unknown>;
  return JSON.stringify({ ...template, [generation.GenerateStringKey]: password });
}

function initialValue({ properties }: Resource): string {
  const { SecretString, GenerateSecretString } = SecretProperties.parse(properties);
  return SecretString ?? generate(GenerateSecretString ?? Generation.parse({}));
}

/** The secrets of the template by ARN, made once and kept in the file at `path`, readable by its owner only. */
export async function openSecrets(deployment: Deployment, path: string): Promise<ReadonlyMap<string, string>> {
  const resources = deployment.list('AWS::SecretsManager::Secret');
  const values = (await findPrivateJson(path, Values)) ?? {};
  for (const secret of resources) values[secret.name] ??= initialValue(secret);
  await writePrivateJson(path, values);
  return new Map(resources.map(({ name, arn }) => [arn, values[name] ?? '']));
}

/** Secrets Manager, for readers. */
export function secretActions(secrets: ReadonlyMap<string, string>): Actions {
  const find = (id: unknown): { arn: string; value: string } => {
    for (const [arn, value] of secrets) if (arn === id || arn.includes(`:secret:${String(id)}-`)) return { arn, value };
    throw new AwsJsonError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  };
  return {
    'secretsmanager.GetSecretValue': ({ SecretId }) => {
      const { arn, value } = find(SecretId);
      return { ARN: arn, Name: arn.split(':').at(-1), VersionId: 'local', VersionStages: ['AWSCURRENT'], SecretString: value };
    },
    'secretsmanager.DescribeSecret': ({ SecretId }) => ({ ARN: find(SecretId).arn }),
  };
}
