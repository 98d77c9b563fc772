import { RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface HouseKeyProps {
  readonly description: string;
  readonly alias: string | undefined;
  readonly isDisposable: boolean;
}

const READ = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITE = [...READ, 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** A customer key that rotates yearly, and grants that name each action instead of `GenerateDataKey*`. */
export class HouseKey extends Key {
  constructor(scope: Construct, id: string, { description, alias, isDisposable }: HouseKeyProps) {
    super(scope, id, {
      description,
      alias,
      enableKeyRotation: true,
      removalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
  }

  grantRead(grantee: IGrantable): void {
    this.grant(grantee, ...READ);
  }

  grantWrite(grantee: IGrantable): void {
    this.grant(grantee, ...WRITE);
  }

  /** For services that use the key under their own name rather than on behalf of a caller. */
  allowService(service: string, conditions: Record<string, unknown>): void {
    this.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(service)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'], // in a key policy: this key
        conditions,
      }),
    );
  }
}
