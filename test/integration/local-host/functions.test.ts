import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../local/client/until.ts';
import { deployFixture, type DeployedFixture } from './fixtures/deployed-fixture.ts';

interface Echoed {
  readonly env: Record<string, string>;
  readonly threadId: number;
  readonly functionName: string;
  readonly remainingMs: number;
}

describe('a function in its sandbox', () => {
  let fixture: DeployedFixture;
  const invoke = (logicalId: string, event: object = {}) => fixture.functionNamed(logicalId).invoke(event);
  const echo = async (): Promise<Echoed> => JSON.parse(((await invoke('Echo')) as { body: string }).body) as Echoed;

  beforeAll(async () => {
    fixture = await deployFixture('http://127.0.0.1:9324');
  });
  afterAll(() => fixture.close());

  it('sees the environment of its template and nothing of the host', async () => {
    const { env, functionName } = await echo();
    expect(env).toMatchObject({ GREETING: 'hello', JOBS: 'http://127.0.0.1:9324/000000000000/names-Jobs', AWS_REGION: 'eu-west-1' });
    expect(env).not.toHaveProperty('HOME');
    expect(functionName).toBe('host-Echo');
  });

  it('is told how much time it has', async () => {
    const { remainingMs } = await echo();
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(5_000);
  });

  it('is used again by the next invocation', async () => {
    expect((await echo()).threadId).toBe((await echo()).threadId);
  });

  it('has company when many invocations wait at once', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => invoke('Reverse', { text: 'abc', waitMs: 500 })));
    const threads = new Set(results.map((result) => (result as { threadId: number }).threadId));
    expect(results).toHaveLength(4);
    expect(threads.size).toBeGreaterThan(1);
  });

  it.each([
    { how: 'exit', says: 'ended with code 7' },
    { how: 'reject', says: 'nobody caught this' },
    { how: 'throw', says: 'RangeError: out of range' },
  ])('fails its own invocation only when it ends by $how', async ({ how, says }) => {
    await expect(invoke('Crash', { how })).rejects.toThrow(says);
    await expect(invoke('Crash', { how: 'none' })).resolves.toEqual({});
  });

  it('is ended when its time is up', async () => {
    await expect(invoke('Slow')).rejects.toMatchObject({ kind: 'timed-out' });
  });

  it('says that its module cannot be loaded', async () => {
    await expect(invoke('Missing')).rejects.toThrow(/Cannot find module/);
  });

  it('prints to the log of the functions, and so do its failures', async () => {
    await echo();
    await expect(invoke('Crash', { how: 'throw' })).rejects.toThrow('out of range');
    const log = await until(async () => {
      const text = await readFile(fixture.log.path, 'utf8');
      return text.includes('out of range') && text.includes('echo was called') ? text : undefined;
    }, { what: 'the log' });
    expect(log).toContain('"function":"host-Crash"');
  });
});
