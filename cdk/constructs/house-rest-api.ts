import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  type Method,
  MethodLoggingLevel,
  type MethodOptions,
  RequestAuthorizer,
  RestApi,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct, IDependable } from 'constructs';
import { HouseLogGroup, type LogSettings } from './house-log-group.ts';
import { addProblemResponses } from './problem-responses.ts';

export interface HouseRestApiProps {
  readonly authorizer: IFunction;
  readonly requestsPerSecond: number;
  readonly logs: LogSettings;
}

const STAGE = 'live';
/** Revoking a key flushes the cache; should that fail, this is how long the key may still pass. */
const AUTHORIZER_CACHE = Duration.seconds(60);

/** Ids only: no query strings (they may hold a phone number), no bodies, no addresses. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    method: AccessLogField.contextHttpMethod(),
    path: AccessLogField.contextPath(),
    status: AccessLogField.contextStatus(),
    latencyMs: AccessLogField.contextResponseLatency(),
    bytes: AccessLogField.contextResponseLength(),
    workspaceId: AccessLogField.contextAuthorizer('workspaceId'),
    keyId: AccessLogField.contextAuthorizer('keyId'),
    error: AccessLogField.contextErrorResponseType(),
  }),
);

/** Our REST API: every route goes to one function, behind the authorizer unless it is named as open. */
export class HouseRestApi extends RestApi {
  /** What answers without a key. */
  readonly openMethods: Method[] = [];
  readonly stageName = STAGE;
  readonly #authorized: MethodOptions;

  constructor(scope: Construct, id: string, { authorizer, requestsPerSecond, logs }: HouseRestApiProps) {
    super(scope, id, {
      restApiName: scope.node.id,
      endpointTypes: [EndpointType.REGIONAL],
      binaryMediaTypes: ['image/png'], // pictures of QR codes
      cloudWatchRole: true,
      deployOptions: deployOptions(new HouseLogGroup(scope, `${id}AccessLogs`, logs), requestsPerSecond),
    });
    addProblemResponses(this);
    this.#authorized = {
      authorizationType: AuthorizationType.CUSTOM,
      authorizer: new RequestAuthorizer(scope, `${id}Authorizer`, {
        handler: authorizer,
        identitySources: [IdentitySource.header('Authorization')],
        resultsCacheTtl: AUTHORIZER_CACHE,
      }),
    };
  }

  /** Every method at `path` and everything below it. */
  routeTree(path: string, target: IFunction): void {
    this.route(path, target);
    this.route(`${path}/{proxy+}`, target);
  }

  /** Every method at `path`. */
  route(path: string, target: IFunction): void {
    this.#add(path, target, this.#authorized);
  }

  /** Every method at `path`, for anybody. */
  routeOpen(path: string, target: IFunction): void {
    this.openMethods.push(this.#add(path, target, { authorizationType: AuthorizationType.NONE }));
  }

  /** The account's leave for API Gateway to write logs, made with this API. */
  get logging(): IDependable {
    return this.node.findChild('Account');
  }

  /** Lets a function make the API forget what its authorizer said. */
  grantFlush(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['apigateway:DELETE'],
      resourceArns: [
        Stack.of(this).formatArn({
          service: 'apigateway', account: '', resource: '', arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          resourceName: `restapis/${this.restApiId}/stages/${STAGE}/cache/authorizers`,
        }),
      ],
    });
  }

  #add(path: string, target: IFunction, options: MethodOptions): Method {
    return this.root.resourceForPath(path).addMethod('ANY', integrate(target), options);
  }
}

const deployOptions = (accessLog: HouseLogGroup, requestsPerSecond: number): StageOptions => ({
  stageName: STAGE,
  tracingEnabled: true,
  metricsEnabled: true,
  loggingLevel: MethodLoggingLevel.ERROR,
  dataTraceEnabled: false, // would log bodies
  accessLogDestination: new LogGroupLogDestination(accessLog),
  accessLogFormat: ACCESS_LOG,
  throttlingRateLimit: requestsPerSecond,
  throttlingBurstLimit: requestsPerSecond * 2,
});

const integrate = (target: IFunction): LambdaIntegration => new LambdaIntegration(target, { allowTestInvoke: false });
