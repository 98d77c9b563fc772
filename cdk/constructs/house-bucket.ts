import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type CorsRule, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { HouseKey } from './house-key.ts';

export interface HouseBucketProps {
  readonly key: HouseKey;
  readonly isDisposable: boolean;
  readonly name?: string | undefined;
  readonly lifecycleRules?: LifecycleRule[];
  readonly cors?: CorsRule[];
}

/**
 * A bucket nobody outside reaches: no public access, TLS only, everything under our key. Without versions, so that what
 * is deleted is gone. One that is disposable has to be emptied before its stack can go.
 */
export class HouseBucket extends Bucket {
  constructor(scope: Construct, id: string, { key, isDisposable, name, lifecycleRules = [], cors }: HouseBucketProps) {
    super(scope, id, {
      bucketName: name,
      cors,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }, ...lifecycleRules],
      removalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
  }

  /** Objects read, written, removed and listed; what the key needs for it is granted with the key. */
  grantObjects(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], resourceArns: [this.arnForObjects('*')] });
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucketArn] });
  }
}
