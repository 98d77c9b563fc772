import * as z from 'zod';
import type { Deployment, Resource } from '../template/deployment.ts';

/* The REST API of the template, read once: routes, authorizers, and what the gateway answers by itself. */

export interface AuthorizerSpec {
  readonly functionArn: string;
  readonly identityHeaders: readonly string[]; // lower case; a request without one of them is refused unasked
  readonly cacheMs: number;
}

export interface Route {
  readonly resourceId: string;
  readonly resourcePath: string; // as in the template: /v1/sessions/{proxy+}
  readonly segments: readonly string[];
  readonly method: string; // or ANY
  readonly functionArn: string;
  readonly authorizer: AuthorizerSpec | undefined;
}

export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string; // with $context variables
}

export interface RestApi {
  readonly id: string;
  readonly arn: string; // of its executions, up to and with the stage
  readonly stage: string;
  readonly routes: readonly Route[];
  readonly binaryMediaTypes: readonly string[];
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponse>;
}

const ResourceProperties = z.object({ ParentId: z.string(), PathPart: z.string() });
const MethodProperties = z.object({
  HttpMethod: z.string(),
  ResourceId: z.string(),
  AuthorizerId: z.string().optional(),
  Integration: z.object({ Type: z.string(), Uri: z.string().optional() }),
});
const AuthorizerProperties = z.object({
  Type: z.literal('REQUEST'),
  AuthorizerUri: z.string(),
  IdentitySource: z.string().default(''),
  AuthorizerResultTtlInSeconds: z.number().default(300),
});
const GatewayResponseProperties = z.object({
  ResponseType: z.string(),
  StatusCode: z.coerce.number().optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});
const ApiProperties = z.object({ BinaryMediaTypes: z.array(z.string()).default([]) });

const INVOKED = /\/functions\/(arn:aws:lambda:[^/]+)\/invocations$/;
const HEADER_SOURCE = 'method.request.header.';
const HEADER_PARAMETER = 'gatewayresponse.header.';

/** The ARN of the function in an integration's or an authorizer's URI. Throws on any other. */
export const invokedBy = (uri: string): string => {
  const arn = INVOKED.exec(uri)?.[1];
  if (arn === undefined) throw new Error(`The local host invokes only Lambda functions, not ${uri}`);
  return arn;
};

/** The path of each resource by its id; each names its parent, up to the root. */
function readPaths(deployment: Deployment, rootId: string): ReadonlyMap<string, string> {
  const resources = deployment.list('AWS::ApiGateway::Resource');
  const parts = new Map(resources.map(({ ref, properties }) => [ref, ResourceProperties.parse(properties)]));
  const pathOf = (id: string): string => {
    const part = parts.get(id);
    return part ? `${pathOf(part.ParentId)}/${part.PathPart}` : '';
  };
  return new Map([[rootId, '/'], ...resources.map(({ ref }) => [ref, pathOf(ref)] as const)]);
}

function readAuthorizer({ properties }: Resource): AuthorizerSpec {
  const { AuthorizerUri, IdentitySource, AuthorizerResultTtlInSeconds } = AuthorizerProperties.parse(properties);
  const sources = IdentitySource.split(',').filter((source) => source.startsWith(HEADER_SOURCE));
  return {
    functionArn: invokedBy(AuthorizerUri),
    identityHeaders: sources.map((source) => source.slice(HEADER_SOURCE.length).toLowerCase()),
    cacheMs: AuthorizerResultTtlInSeconds * 1000,
  };
}

function readRoutes(deployment: Deployment, rootId: string): readonly Route[] {
  const paths = readPaths(deployment, rootId);
  const authorizers = new Map(deployment.list('AWS::ApiGateway::Authorizer').map((it) => [it.ref, readAuthorizer(it)]));
  return deployment.list('AWS::ApiGateway::Method').flatMap(({ properties }) => {
    const { HttpMethod, ResourceId, AuthorizerId, Integration } = MethodProperties.parse(properties);
    const resourcePath = paths.get(ResourceId);
    if (resourcePath === undefined || Integration.Type !== 'AWS_PROXY') return [];
    return {
      resourceId: ResourceId,
      resourcePath,
      segments: resourcePath.split('/').filter(Boolean),
      method: HttpMethod,
      functionArn: invokedBy(Integration.Uri ?? ''),
      authorizer: AuthorizerId === undefined ? undefined : authorizers.get(AuthorizerId),
    };
  });
}

const unquoted = (constant: string): string => constant.replace(/^'(.*)'$/, '$1');

function readGatewayResponse({ properties }: Resource): readonly [string, GatewayResponse] {
  const { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = GatewayResponseProperties.parse(properties);
  const headers = Object.entries(ResponseParameters)
    .filter(([name]) => name.startsWith(HEADER_PARAMETER))
    .map(([name, value]): [string, string] => [name.slice(HEADER_PARAMETER.length), unquoted(value)]);
  const [[type, body] = ['application/json', '{"message":$context.error.messageString}']] = Object.entries(ResponseTemplates);
  return [
    ResponseType,
    { status: StatusCode ?? 500, headers: { 'Content-Type': type, ...Object.fromEntries(headers) }, body },
  ];
}

/** Reads the API. Throws if the template has none, or more than one. */
export function readRestApi(deployment: Deployment): RestApi {
  const apis = deployment.list('AWS::ApiGateway::RestApi');
  const [api] = apis;
  if (!api || apis.length > 1) throw new Error(`The template has ${apis.length} REST APIs; the local host serves one`);
  const stage = deployment.list('AWS::ApiGateway::Stage')[0]?.name ?? 'local';
  const [, , , region, account] = api.arn.split(':');
  return {
    id: api.ref,
    arn: `arn:aws:execute-api:${region}:${account}:${api.ref}/${stage}`,
    stage,
    routes: readRoutes(deployment, api.attributes['RootResourceId'] ?? ''),
    binaryMediaTypes: ApiProperties.parse(api.properties).BinaryMediaTypes,
    gatewayResponses: new Map(deployment.list('AWS::ApiGateway::GatewayResponse').map(readGatewayResponse)),
  };
}
