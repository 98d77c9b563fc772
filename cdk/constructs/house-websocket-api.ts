import { Stack } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { CfnRoute, LogGroupLogDestination, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct, IDependable } from 'constructs';
import { HouseLogGroup, type LogSettings } from './house-log-group.ts';

export interface HouseWebSocketApiProps {
  readonly messagesPerSecond: number;
  readonly logs: LogSettings;
  /** API Gateway's leave to write logs, which is one an account. */
  readonly logging: IDependable;
}

const STAGE = 'live';

/** Ids only: the query holds the client's key, messages may hold what is nobody's business. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    connectionId: '$context.connectionId',
    route: '$context.routeKey',
    event: '$context.eventType',
    status: AccessLogField.contextStatus(),
    error: AccessLogField.contextErrorResponseType(),
  }),
);

/** Our WebSocket API: one function connects, answers messages and disconnects. */
export class HouseWebSocketApi extends WebSocketApi {
  /** Where sockets are posted to. */
  readonly callbackUrl: string;
  /** Where clients connect. */
  readonly socketUrl: string;

  constructor(scope: Construct, id: string, { messagesPerSecond, logs, logging }: HouseWebSocketApiProps) {
    super(scope, id, { apiName: `${scope.node.id}-${id}`, description: 'Events as they happen' });
    const stage = new WebSocketStage(scope, `${id}Stage`, {
      webSocketApi: this,
      stageName: STAGE,
      autoDeploy: true,
      throttle: { rateLimit: messagesPerSecond, burstLimit: messagesPerSecond * 2 },
      detailedMetricsEnabled: true,
      accessLogSettings: { destination: new LogGroupLogDestination(new HouseLogGroup(scope, `${id}AccessLogs`, logs)), format: ACCESS_LOG },
    });
    stage.node.addDependency(logging);
    this.callbackUrl = stage.callbackUrl;
    this.socketUrl = stage.url;
  }

  /** All three routes go to one function; `$connect` is refused by it, not by an authorizer. */
  routeTo(target: IFunction): void {
    for (const route of ['$connect', '$disconnect', '$default']) {
      this.addRoute(route, { integration: new WebSocketLambdaIntegration(`${route.slice(1)}Integration`, target) });
    }
  }

  get routes(): CfnRoute[] {
    return this.node.findAll().filter((node) => node instanceof CfnRoute);
  }

  grantPosting(grantee: IGrantable): void {
    this.#grant(grantee, 'POST');
  }

  grantClosing(grantee: IGrantable): void {
    this.#grant(grantee, 'DELETE');
  }

  #grant(grantee: IGrantable, method: 'POST' | 'DELETE'): void {
    const resourceName = `${STAGE}/${method}/@connections/*`;
    const resourceArns = [Stack.of(this).formatArn({ service: 'execute-api', resource: this.apiId, resourceName })];
    Grant.addToPrincipal({ grantee, actions: ['execute-api:ManageConnections'], resourceArns });
  }
}
