import * as z from 'zod';
import { invokedBy } from '../api-gateway/rest-api.ts';
import type { Deployment } from '../template/deployment.ts';

/** The WebSocket API of the template. */
export interface WebSocketApi {
  readonly id: string;
  readonly stage: string;
  /** The field of a JSON message that names its route. */
  readonly routeField: string;
  /** Function ARNs by route key: `$connect`, `$disconnect`, `$default` or one of the API's own. */
  readonly routes: ReadonlyMap<string, string>;
}

const ApiProperties = z.object({ ProtocolType: z.string(), RouteSelectionExpression: z.string().default('$request.body.action') });
const RouteProperties = z.object({ ApiId: z.string(), RouteKey: z.string(), Target: z.string() });
const IntegrationProperties = z.object({ IntegrationUri: z.string() });

function routeFieldOf(expression: string): string {
  const field = /^\$request\.body\.(\w+)$/.exec(expression)?.[1];
  if (field === undefined) throw new Error(`The local host selects routes by $request.body.<field>, not by ${expression}`);
  return field;
}

/** `undefined`: the template has none. Throws if it has more than one. */
export function readWebSocketApi(deployment: Deployment): WebSocketApi | undefined {
  const apis = deployment.list('AWS::ApiGatewayV2::Api').filter(({ properties }) => properties['ProtocolType'] === 'WEBSOCKET');
  const [api] = apis;
  if (!api) return undefined;
  if (apis.length > 1) throw new Error(`The template has ${apis.length} WebSocket APIs; the local host serves one`);
  const targets = new Map(
    deployment.list('AWS::ApiGatewayV2::Integration').map(({ ref, properties }) => [`integrations/${ref}`, IntegrationProperties.parse(properties).IntegrationUri]),
  );
  const routes = deployment.list('AWS::ApiGatewayV2::Route').map(({ properties }) => RouteProperties.parse(properties));
  return {
    id: api.ref,
    stage: deployment.list('AWS::ApiGatewayV2::Stage')[0]?.name ?? 'local',
    routeField: routeFieldOf(ApiProperties.parse(api.properties).RouteSelectionExpression),
    routes: new Map(routes.map(({ RouteKey, Target }) => [RouteKey, invokedBy(targets.get(Target) ?? Target)])),
  };
}
