import type { HealthView } from '../../../shared/contracts/api/operations.ts';
import type { systemRoutes } from '../../../shared/contracts/api/routes/system.ts';
import type { Operation } from '../../http/api-request.ts';

/** Rejects when what it checks does not work. */
export type Probe = () => Promise<void>;

/** 200 when every probe succeeds, else 503 with what fails; why it fails stands in the log of the probed service. */
export const makeGetHealth =
  (version: string, probes: Readonly<Record<string, Probe>>): Operation<typeof systemRoutes.getHealth> =>
  async () => {
    const outcomes = await Promise.all(Object.entries(probes).map(async ([name, probe]) => [name, await check(probe)] as const));
    const isWorking = outcomes.every(([, { status }]) => status === 'ok');
    const body: HealthView = { status: isWorking ? 'ok' : 'failing', version, checks: Object.fromEntries(outcomes) };
    return { status: isWorking ? 200 : 503, body };
  };

const check = (probe: Probe): Promise<HealthView['checks'][string]> =>
  probe().then(
    () => ({ status: 'ok' }),
    (error: unknown) => ({ status: 'failing', detail: error instanceof Error ? error.name : 'unknown' }),
  );
