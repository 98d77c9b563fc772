import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FleetEnv } from '../../shared/config/fleet-env.ts';
import { fleetEnvironment } from '../../cdk/constructs/fleet-environment.ts';
import { INSTANCE_PORT } from '../../cdk/stacks/network-stack.ts';
import { makeStage } from './stage-templates.ts';

const dockerfile = readFileSync(join(import.meta.dirname, '../../fleet/Dockerfile'), 'utf8');
const environment = fleetEnvironment(makeStage('localstack').data, 1);

describe('fleet/Dockerfile', () => {
  it('does not run as root, and starts the instance so that it gets signals', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^CMD \["node", "fleet\/main\.ts"\]$/m);
  });

  it('makes the folders that the task writes to', () => {
    const [, volumes = '[]'] = /^VOLUME (.*)$/m.exec(dockerfile) ?? [];
    const folders = [environment.PROFILE_DIR, environment.SESSION_STORE_DIR];
    expect(JSON.parse(volumes)).toEqual(expect.arrayContaining([...folders, '/tmp']));
    const [, made = ''] = /install --directory .* (\/var.*)$/m.exec(dockerfile) ?? [];
    expect(made.split(' ')).toEqual(expect.arrayContaining(folders));
  });

  it('has the optional packages without which RemoteAuth refuses to be made', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../node_modules/whatsapp-web.js/package.json'), 'utf8')) as { optionalDependencies: object };
    expect(Object.keys(optionalDependencies)).toEqual(expect.arrayContaining(['archiver', 'fs-extra', 'unzipper']));
    expect(dockerfile).not.toMatch(/npm ci .*--omit=optional/);
  });

  it('exposes the port others call', () => {
    expect(dockerfile).toContain(`EXPOSE ${INSTANCE_PORT}`);
    expect(FleetEnv.shape.PORT.parse(undefined)).toBe(INSTANCE_PORT);
  });
});
