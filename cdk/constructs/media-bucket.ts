import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { HouseBucket } from './house-bucket.ts';
import type { HouseKey } from './house-key.ts';

export interface MediaBucketProps {
  readonly key: HouseKey;
  readonly isDisposable: boolean;
  readonly name: string | undefined;
  /** How long files are kept that came in or were sent. */
  readonly retentionDays: number;
}

const UPLOADS = 'uploads/';
const MEDIA = 'media/';
/** Links are good for an hour, so a page may ask once and upload many. */
const CORS_SECONDS = 3_600;

/**
 * Files of all workspaces: what clients upload by a signed link, under `uploads/` for a day, and what messages use or
 * brought, under `media/`. Browsers may do from any page what the link they were given allows.
 */
export class MediaBucket extends HouseBucket {
  readonly #key: HouseKey;

  constructor(scope: Construct, id: string, { key, retentionDays, ...props }: MediaBucketProps) {
    super(scope, id, {
      ...props,
      key,
      lifecycleRules: [
        { id: 'unused-uploads', prefix: UPLOADS, expiration: Duration.days(1) },
        { id: 'media', prefix: MEDIA, expiration: Duration.days(retentionDays) },
      ],
      cors: [{ allowedOrigins: ['*'], allowedMethods: [HttpMethods.PUT, HttpMethods.GET], allowedHeaders: ['content-type', 'x-amz-checksum-sha256'], maxAge: CORS_SECONDS }],
    });
    this.#key = key;
    (this.node.defaultChild as CfnBucket).overrideLogicalId('MediaBucket');
  }

  /** Links to upload by, and looks at what was uploaded. */
  grantUploads(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject', 's3:PutObject'], UPLOADS);
    this.#grantTellMissing(grantee);
    this.#key.grantWrite(grantee);
  }

  /** Makes uploads last, as messages use them. */
  grantKeep(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject'], UPLOADS);
    this.#grant(grantee, ['s3:GetObject', 's3:PutObject'], MEDIA);
    this.#grantTellMissing(grantee);
    this.#key.grantWrite(grantee);
  }

  /** Puts files that came in, and reads those to be sent. */
  grantTransfer(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject', 's3:PutObject'], MEDIA);
    this.#grantTellMissing(grantee);
    this.#key.grantWrite(grantee);
  }

  /** Signs links to files: a link can do what its signer may. */
  grantLinks(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject'], MEDIA);
    this.#key.grantRead(grantee);
  }

  /** Without it S3 says of a missing file that it is forbidden. */
  #grantTellMissing(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucketArn] });
  }

  #grant(grantee: IGrantable, actions: string[], area: string): void {
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.arnForObjects(`${area}*`)] });
  }
}
