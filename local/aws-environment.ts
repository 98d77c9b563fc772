export interface Endpoints {
  readonly region: string;
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string | undefined; // a template without buckets needs none
  readonly awsJson: string; // KMS, Secrets Manager, ECS, EFS; and a refusal for every other service
}

/**
 * What makes any AWS SDK in a process of ours talk to this host: the SDK's own variables. The general endpoint catches
 * services that have none here, so that nothing ever leaves for the real AWS.
 */
export const awsEnvironment = ({ region, dynamodb, sqs, s3, awsJson }: Endpoints): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: awsJson,
  AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
  AWS_ENDPOINT_URL_SQS: sqs,
  AWS_ENDPOINT_URL_KMS: awsJson,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: awsJson,
  AWS_ENDPOINT_URL_ECS: awsJson,
  AWS_ENDPOINT_URL_EFS: awsJson,
  ...(s3 !== undefined && { AWS_ENDPOINT_URL_S3: s3 }),
  AWS_EC2_METADATA_DISABLED: 'true',
});
