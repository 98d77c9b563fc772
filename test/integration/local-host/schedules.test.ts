import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../local/client/until.ts';
import { rateMs, Schedules } from '../../../local/schedules/schedules.ts';
import { deployFixture, type DeployedFixture } from './fixtures/deployed-fixture.ts';

describe('a schedule', () => {
  let fixture: DeployedFixture;
  beforeAll(async () => {
    fixture = await deployFixture();
  });
  afterAll(() => fixture.close());

  it('runs at start, with the event of its rule', async () => {
    const schedules = new Schedules(fixture.deployment, fixture.functions);
    schedules.start();
    const line = await until(async () => /tick (\{.*\})/.exec(await readFile(fixture.log.path, 'utf8'))?.[1], { what: 'a tick' });
    schedules.stop();
    expect(JSON.parse(line)).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event', region: 'eu-west-1' });
  });

  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(1 day)', 86_400_000],
  ])('reads %s', (expression, ms) => {
    expect(rateMs(expression)).toBe(ms);
  });

  it.each(['cron(0 3 * * ? *)', 'rate(0 minutes)', 'rate(1 week)', ''])('refuses "%s" by name', (expression) => {
    expect(() => rateMs(expression)).toThrow(`not ${expression}`);
  });
});
