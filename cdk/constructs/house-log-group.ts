import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface LogSettings {
  readonly key: IKey;
  readonly retention: RetentionDays;
}

/** Logs under our key, kept for the stage's time. They hold ids only, so they may go with the stack. */
export class HouseLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { key, retention }: LogSettings) {
    super(scope, id, { encryptionKey: key, retention, removalPolicy: RemovalPolicy.DESTROY });
  }
}
