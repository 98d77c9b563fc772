import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { FunctionPool } from '../functions/function-pool.ts';
import type { Functions } from '../functions/functions.ts';
import type { Deployment, Resource } from '../template/deployment.ts';

const RuleProperties = z.object({
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z
    .array(
      z.object({
        Arn: z.string(),
        Input: z.string().optional(),
        RetryPolicy: z.object({ MaximumRetryAttempts: z.number().optional() }).default({}),
      }),
    )
    .default([]),
});

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const DEFAULT_RETRIES = 2; // what Lambda gives an event it was handed asynchronously

/** `rate(5 minutes)` in ms. Throws on any other expression. */
export function rateMs(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  if (unitMs === undefined || !(Number(count) > 0)) {
    throw new Error(`The local host runs schedules such as rate(1 minute), not ${expression}`);
  }
  return Number(count) * unitMs;
}

const scheduledEvent = ({ arn }: Resource, deployment: Deployment): object => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: arn.split(':')[4],
  region: deployment.region,
  time: new Date().toISOString(),
  resources: [arn],
  detail: {},
});

interface Schedule {
  readonly everyMs: number;
  readonly retries: number;
  readonly target: FunctionPool;
  readonly makeEvent: () => unknown;
}

/** Whoever runs the host may not have the time to wait for minutes. */
function everyMsOf(expression: string): number {
  const seconds = Number(process.env['SCHEDULE_SECONDS']);
  return seconds > 0 ? seconds * 1_000 : rateMs(expression);
}

function schedulesOf(deployment: Deployment, functions: Functions): readonly Schedule[] {
  return deployment.list('AWS::Events::Rule').flatMap((rule) => {
    const { ScheduleExpression, State, Targets } = RuleProperties.parse(rule.properties);
    if (ScheduleExpression === undefined || State === 'DISABLED') return [];
    const everyMs = everyMsOf(ScheduleExpression);
    return Targets.map(({ Arn, Input, RetryPolicy }) => ({
      everyMs,
      retries: RetryPolicy.MaximumRetryAttempts ?? DEFAULT_RETRIES,
      target: functions.get(Arn),
      makeEvent: () => (Input === undefined ? scheduledEvent(rule, deployment) : (JSON.parse(Input) as unknown)),
    }));
  });
}

async function run({ retries, target, makeEvent }: Schedule): Promise<void> {
  const event = makeEvent();
  for (let attempt = 0; attempt <= retries; attempt++) {
    try {
      await target.invoke(event);
      return;
    } catch {
      // the function's log has it
    }
  }
}

/** The schedules of the template. Each also runs at start: what a stop interrupted should not wait for its next turn. */
export class Schedules {
  readonly #schedules: readonly Schedule[];
  #timers: readonly NodeJS.Timeout[] = [];

  /** Throws on a schedule expression it does not know. */
  constructor(deployment: Deployment, functions: Functions) {
    this.#schedules = schedulesOf(deployment, functions);
  }

  start(): void {
    this.#timers = this.#schedules.map((schedule) => {
      void run(schedule);
      return setInterval(() => void run(schedule), schedule.everyMs);
    });
  }

  stop(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
  }
}
