import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { FleetEnv } from '../../shared/config/fleet-env.ts';
import { makeStage } from './stage-templates.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const FILE = join(REPOSITORY, 'localstack.yml');

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}
const compose = parse(readFileSync(FILE, 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { name: string }>>;
};
const services = Object.entries(compose.services);
const fleet = compose.services['fleet']?.environment ?? {};
const data = Template.fromStack(makeStage('localstack').data);
const namesOf = (type: string, property: string): unknown[] =>
  Object.values(data.findResources(type)).map(({ Properties }) => (Properties as Record<string, unknown>)[property]);

describe('localstack.yml', () => {
  it('pins each image', () => {
    expect(compose.services['localstack']?.image).toBe('localstack/localstack:4.14.0');
    expect(services.filter(([, { image }]) => image && !/:\w/.test(image))).toEqual([]);
    expect(services.filter(([, { image }]) => image?.endsWith(':latest'))).toEqual([]);
  });

  it('listens on this machine only', () => {
    for (const port of services.flatMap(([, { ports }]) => ports ?? [])) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('names only services, volumes and folders that exist', () => {
    for (const [, { depends_on: needs = {}, volumes = [] }] of services) {
      expect(Object.keys(needs).filter((name) => !(name in compose.services))).toEqual([]);
      const sources = volumes.map((volume) => volume.split(':')[0] ?? '');
      const missing = sources.filter((source) => (source.startsWith('.') ? !existsSync(join(REPOSITORY, source)) : !isKnown(source)));
      expect(missing).toEqual([]);
    }
  });

  it('gives instances an environment they accept', () => {
    const known = Object.entries(fleet).filter(([name]) => name in FleetEnv.shape);
    expect(() => FleetEnv.parse(Object.fromEntries(known))).not.toThrow();
    expect(Object.keys(fleet).filter((name) => !name.startsWith('AWS_') && !(name in FleetEnv.shape))).toEqual([]);
  });

  it('calls tables, queue, secret and key what the stage calls them', () => {
    const tables = [fleet['CORE_TABLE'], fleet['MESSAGES_TABLE'], fleet['REGISTRY_TABLE']];
    expect(new Set(tables)).toEqual(new Set(namesOf('AWS::DynamoDB::Table', 'TableName')));
    expect(namesOf('AWS::SQS::Queue', 'QueueName')).toContain(fleet['SESSION_EVENTS_QUEUE_URL']?.split('/').at(-1));
    expect(namesOf('AWS::SecretsManager::Secret', 'Name')).toContain(fleet['NUDGE_SECRET_ARN']);
    expect(namesOf('AWS::KMS::Alias', 'AliasName')).toContain(fleet['SNAPSHOT_KEY_ARN']);
  });

  it('starts functions in the network of the instances', () => {
    expect(compose.services['localstack']?.environment?.['LAMBDA_DOCKER_NETWORK']).toBe(compose.networks['default']?.name);
  });

  (hasCompose() ? it : it.skip)('is what docker compose accepts', () => {
    execFileSync('docker', ['compose', '-f', FILE, 'config', '-q'], { timeout: 20_000 });
  });
});

const isKnown = (source: string): boolean => source.startsWith('/') || source in compose.volumes;

function hasCompose(): boolean {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
