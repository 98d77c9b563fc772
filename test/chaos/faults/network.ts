import { limitedTo, everybody, oneProcess, theControlPlane, theFleet, type Callers } from '../proxies/callers.ts';
import type { FaultProxy, Rule } from '../proxies/fault-proxy.ts';
import { cut, hang, loseAnswers, throttle } from '../proxies/outages.ts';
import { disorder, duplicates, redelivery } from '../proxies/queue-mischief.ts';
import type { Scene } from '../scene.ts';
import type { Strike } from './fault.ts';
import { expectTakeover, victim } from './instances.ts';

const THROTTLING = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  sqs: 'com.amazonaws.sqs#ThrottlingException',
} as const;
type Service = keyof typeof THROTTLING;

const SCOPES: readonly (readonly [string, Callers])[] = [
  ['everybody', everybody],
  ['the fleet', theFleet],
  ['the control plane', theControlPlane],
];

const scopeOf = (variant: number): readonly [string, Callers] => SCOPES[Math.floor(variant * SCOPES.length)] ?? ['everybody', everybody];

/** The rule, and how to end it: what hangs then is let go. */
type MakeRule = (scene: Scene, service: Service) => { readonly rule: Rule; readonly end?: () => void };

const hanging: MakeRule = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { rule: hang(promise), end: resolve };
};

function outage(service: Service, make: MakeRule): Strike {
  return async (scene, { variant }) => {
    const [who, callers] = scopeOf(variant);
    const { rule, end } = make(scene, service);
    const lift = scene.world.emulators[service].impose(limitedTo(callers, rule));
    return { target: `for ${who}`, undo: () => void [lift(), end?.()] };
  };
}

const MAKERS = {
  cut: () => ({ rule: cut }),
  hang: hanging,
  throttle: ({ random }, service) => ({ rule: throttle(THROTTLING[service], () => random.next()) }),
  lostAnswers: () => ({ rule: loseAnswers }),
} as const satisfies Readonly<Record<string, MakeRule>>;

export const refuseDynamo = outage('dynamodb', MAKERS.cut);
export const hangDynamo = outage('dynamodb', MAKERS.hang);
export const throttleDynamo = outage('dynamodb', MAKERS.throttle);
export const loseDynamoAnswers = outage('dynamodb', MAKERS.lostAnswers);
export const refuseSqs = outage('sqs', MAKERS.cut);
export const hangSqs = outage('sqs', MAKERS.hang);
export const throttleSqs = outage('sqs', MAKERS.throttle);
export const loseSqsAnswers = outage('sqs', MAKERS.lostAnswers);

/** One instance loses both, by refusals or in silence. Its browsers still reach WhatsApp. */
export const cutOffInstance: Strike = async (scene, fault) => {
  const instance = await victim(scene, fault);
  if (!instance) return { skipped: 'no instance is ready' };
  const { rule, end } = fault.variant < 0.5 ? { rule: cut, end: undefined } : hangingRule(scene);
  const callers = oneProcess(instance.pid);
  const { dynamodb, sqs } = scene.world.emulators;
  const lifts = [dynamodb, sqs].map((proxy: FaultProxy) => proxy.impose(limitedTo(callers, rule)));
  expectTakeover(scene, instance, fault);
  return { target: instance.id, undo: () => void [...lifts.map((lift) => lift()), end?.()] };
};

const hangingRule = (scene: Scene) => hanging(scene, 'dynamodb');

const mischief = (make: (random: () => number) => Rule): Strike =>
  async ({ world, random }) => ({ target: 'for everybody', undo: world.emulators.sqs.impose(make(() => random.next())) });

export const duplicateQueued = mischief(duplicates);
export const redeliverQueued = mischief(redelivery);
export const disorderQueued = mischief(disorder);
