import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export const TIMEOUT = Duration.seconds(55); // over before the next one starts

export const entryOf = (name: string): string => `lambdas/schedules/${name}/${name}.handler.ts`;

export function runEveryMinute(scope: Construct, target: IFunction): void {
  new Rule(scope, `${target.node.id}EveryMinute`, {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(target, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })], // the next run is the retry
  });
}
