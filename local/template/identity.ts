import { createHash } from 'node:crypto';

export interface Place {
  readonly account: string;
  readonly region: string;
  /** Where the queue emulator listens, without a trailing slash. */
  readonly sqsEndpoint: string;
}

/** What `Ref` and `Fn::GetAtt` give for a resource. */
export interface Identity {
  readonly ref: string;
  readonly name: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Described {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** A property as the template has it, with its functions called. */
  property(name: string): unknown;
}

type ArnOf = (service: string, resource: string) => string;

const arnsOf = ({ region, account }: Place): ArnOf => (service, resource) => `arn:aws:${service}:${region}:${account}:${resource}`;
const digest = (source: string, length: number): string =>
  createHash('sha256').update(source).digest('hex').slice(0, length);

const uuidOf = (source: string): string => digest(source, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Ids of what has no name of its own stay the same from start to start: they hang on stack and logical id alone. */
const ownId = ({ stack, logicalId }: Described, length = 10): string => digest(`${stack}/${logicalId}`, length);

const nameOf = (resource: Described, property: string, fallback = `${resource.stack}-${resource.logicalId}`): string => {
  const given = resource.property(property);
  return typeof given === 'string' ? given : fallback;
};

type Named = Omit<Identity, 'attributes'> & { readonly attributes?: Record<string, string> };
type Naming = (resource: Described, arn: ArnOf, place: Place) => Named;

/** `Ref` gives its name. */
const byName = (property: string, service: string, resourceOf: (name: string) => string): Naming => (resource, arn) => {
  const name = nameOf(resource, property);
  return { ref: name, name, arn: arn(service, resourceOf(name)) };
};

/** `Ref` gives its ARN. */
const byArn = (property: string, service: string, resourceOf: (name: string) => string): Naming => (resource, arn) => {
  const name = nameOf(resource, property);
  const own = arn(service, resourceOf(name));
  return { ref: own, name, arn: own, attributes: { Name: name } };
};

const queue: Naming = (resource, arn, { account, sqsEndpoint }) => {
  const suffix = resource.property('FifoQueue') === true ? '.fifo' : '';
  const name = nameOf(resource, 'QueueName', `${resource.stack}-${resource.logicalId}${suffix}`);
  return {
    ref: `${sqsEndpoint}/${account}/${name}`,
    name,
    arn: arn('sqs', name),
    attributes: { QueueName: name, QueueUrl: `${sqsEndpoint}/${account}/${name}` },
  };
};

const table: Naming = (resource, arn) => {
  const name = nameOf(resource, 'TableName');
  const tableArn = arn('dynamodb', `table/${name}`);
  return { ref: name, name, arn: tableArn, attributes: { StreamArn: `${tableArn}/stream/local` } };
};

const secret: Naming = (resource, arn) => {
  const name = nameOf(resource, 'Name');
  const secretArn = arn('secretsmanager', `secret:${name}-${digest(name, 6)}`);
  return { ref: secretArn, name, arn: secretArn, attributes: { Id: secretArn } };
};

const bucket: Naming = (resource) => {
  const name = nameOf(resource, 'BucketName').toLowerCase(); // S3 takes no capitals
  return { ref: name, name, arn: `arn:aws:s3:::${name}` };
};

const fileSystem: Naming = (resource, arn) => {
  const id = `fs-${ownId(resource, 17)}`;
  return { ref: id, name: id, arn: arn('elasticfilesystem', `file-system/${id}`), attributes: { FileSystemId: id } };
};

const key: Naming = (resource, arn) => {
  const id = uuidOf(`${resource.stack}/${resource.logicalId}`);
  return { ref: id, name: id, arn: arn('kms', `key/${id}`), attributes: { KeyId: id } };
};

const restApi: Naming = (resource, arn) => {
  const id = ownId(resource);
  return { ref: id, name: id, arn: arn('apigateway', `/restapis/${id}`), attributes: { RootResourceId: `${id}-root`, RestApiId: id } };
};

const webSocketApi: Naming = (resource, arn, { region }) => {
  const id = ownId(resource);
  return { ref: id, name: id, arn: arn('apigateway', `/apis/${id}`), attributes: { ApiId: id, ApiEndpoint: `wss://${id}.execute-api.${region}.amazonaws.com` } };
};

const versionOfFunction: Naming = (resource, arn) => {
  const target = String(resource.property('FunctionName'));
  const functionArn = target.startsWith('arn:') ? target : arn('lambda', `function:${target}`);
  const qualified = `${functionArn}:${nameOf(resource, 'Name', '1')}`;
  return { ref: qualified, name: qualified, arn: qualified };
};

const NAMINGS: Readonly<Record<string, Naming>> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::SQS::Queue': queue,
  'AWS::SecretsManager::Secret': secret,
  'AWS::S3::Bucket': bucket,
  'AWS::EFS::FileSystem': fileSystem,
  'AWS::KMS::Key': key,
  'AWS::KMS::Alias': byName('AliasName', 'kms', (name) => name),
  'AWS::Lambda::Function': byName('FunctionName', 'lambda', (name) => `function:${name}`),
  'AWS::Lambda::Version': versionOfFunction,
  'AWS::Lambda::Alias': versionOfFunction,
  'AWS::Logs::LogGroup': byName('LogGroupName', 'logs', (name) => `log-group:${name}:*`),
  'AWS::Events::Rule': byName('Name', 'events', (name) => `rule/${name}`),
  'AWS::SNS::Topic': byArn('TopicName', 'sns', (name) => name),
  'AWS::ECS::Cluster': byName('ClusterName', 'ecs', (name) => `cluster/${name}`),
  'AWS::ECS::TaskDefinition': byArn('Family', 'ecs', (name) => `task-definition/${name}:1`),
  'AWS::ECS::Service': byArn('ServiceName', 'ecs', (name) => `service/${name}`),
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Stage': byName('StageName', 'apigateway', (name) => `/stages/${name}`),
  'AWS::ApiGatewayV2::Api': webSocketApi,
  'AWS::ApiGatewayV2::Stage': byName('StageName', 'apigateway', (name) => `/stages/${name}`),
};

const anything: Naming = (resource, arn) => {
  const id = `${resource.logicalId}-${ownId(resource, 8)}`;
  return { ref: id, name: id, arn: arn(resource.type.split('::')[1]?.toLowerCase() ?? 'local', id) };
};

/** Names the resource as CloudFormation would after creating it. */
export function identify(resource: Described, place: Place): Identity {
  const identity = (NAMINGS[resource.type] ?? anything)(resource, arnsOf(place), place);
  return { ...identity, attributes: { Arn: identity.arn, ...identity.attributes } };
}
