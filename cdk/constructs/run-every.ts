import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export const TIMEOUT = Duration.seconds(55); // over before the next one starts

export const entryOf = (name: string): string => `lambdas/schedules/${name}/${name}.handler.ts`;

export const runEveryMinute = (scope: Construct, target: IFunction): void => runEvery(scope, target, { id: 'EveryMinute', rate: Duration.minutes(1) });

export function runEvery(scope: Construct, target: IFunction, { id, rate }: { readonly id: string; readonly rate: Duration }): void {
  new Rule(scope, `${target.node.id}${id}`, {
    schedule: Schedule.rate(rate),
    targets: [new LambdaFunction(target, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })], // the next run is the retry
  });
}
