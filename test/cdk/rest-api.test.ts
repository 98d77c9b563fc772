import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { Problem } from '../../shared/contracts/api/common.ts';
import { makeStage, templatesOf } from './stage-templates.ts';

const { controlPlane } = templatesOf(makeStage('dev'));
const propertiesOf = <T>(type: string): Map<string, T> =>
  new Map(Object.entries(controlPlane.findResources(type)).map(([id, { Properties }]) => [id, Properties as T]));

interface Part {
  readonly ParentId: { readonly Ref?: string };
  readonly PathPart: string;
}
interface Method {
  readonly ResourceId: { readonly Ref?: string };
  readonly HttpMethod: string;
  readonly AuthorizationType: string;
}
interface Answer {
  readonly ResponseType: string;
  readonly StatusCode: string;
  readonly ResponseParameters: Readonly<Record<string, string>>;
  readonly ResponseTemplates: Readonly<Record<string, string>>;
}

const parts = propertiesOf<Part>('AWS::ApiGateway::Resource');
const pathOf = (id: string | undefined): string => {
  const part = id === undefined ? undefined : parts.get(id);
  return part ? `${pathOf(part.ParentId.Ref)}/${part.PathPart}` : '';
};
const methods = [...propertiesOf<Method>('AWS::ApiGateway::Method').values()];
const pathsWith = (authorizationType: string): string[] =>
  methods
    .filter((method) => method.AuthorizationType === authorizationType)
    .map((method) => pathOf(method.ResourceId.Ref) || '/')
    .sort();

describe('routes', () => {
  it('are open for health, documentation, signed requests and what does not exist', () => {
    expect(pathsWith('NONE')).toEqual(['/', '/docs', '/health', '/openapi.json', '/v1/ingest/meta', '/v1/{proxy+}', '/{proxy+}']);
  });

  it('are behind the authorizer otherwise', () => {
    const resources = ['api-keys', 'campaigns', 'chats', 'contacts', 'instances', 'messages', 'sessions', 'templates', 'webhooks'];
    const trees = resources.flatMap((name) => [`/v1/${name}`, `/v1/${name}/{proxy+}`]);
    expect(pathsWith('CUSTOM')).toEqual(['/api/whatsapp/{proxy+}', ...trees, '/v1/workspaces/current', '/v1/workspaces/current/sending-policy'].sort());
    expect(methods.every(({ HttpMethod }) => HttpMethod === 'ANY')).toBe(true);
  });

  it('ask the authorizer anew at least once a minute', () => {
    controlPlane.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 60,
    });
  });
});

describe('answers of API Gateway itself', () => {
  const answers = [...propertiesOf<Answer>('AWS::ApiGateway::GatewayResponse').values()];

  it.each(answers.map((answer) => [answer.ResponseType, answer] as const))('%s is a problem document', (_, answer) => {
    const body: unknown = JSON.parse(answer.ResponseTemplates['application/json'] ?? '');
    const problem = Problem.parse(body);
    expect(problem).toMatchObject({ status: Number(answer.StatusCode), requestId: '$context.requestId' });
    expect(answer.ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
  });

  it.each([
    ['UNAUTHORIZED', '401'],
    ['ACCESS_DENIED', '403'],
    ['MISSING_AUTHENTICATION_TOKEN', '404'],
    ['REQUEST_TOO_LARGE', '413'],
    ['THROTTLED', '429'],
    ['DEFAULT_4XX', '400'],
    ['DEFAULT_5XX', '500'],
  ])('%s is %s', (type, status) => {
    expect(answers.find(({ ResponseType }) => ResponseType === type)?.StatusCode).toBe(status);
  });
});

describe('logs', () => {
  it('hold no bodies, no query strings and no addresses', () => {
    const [stage] = propertiesOf<{ AccessLogSetting: { Format: string } }>('AWS::ApiGateway::Stage').values();
    const fields = JSON.parse(stage!.AccessLogSetting.Format) as Record<string, string>;
    expect(Object.values(fields).sort()).toEqual([
      '$context.authorizer.keyId',
      '$context.authorizer.workspaceId',
      '$context.error.responseType',
      '$context.httpMethod',
      '$context.path',
      '$context.requestId',
      '$context.requestTimeEpoch',
      '$context.responseLatency',
      '$context.responseLength',
      '$context.status',
    ]);
    controlPlane.hasResourceProperties('AWS::ApiGateway::Stage', {
      TracingEnabled: true,
      MethodSettings: [Match.objectLike({ DataTraceEnabled: false, LoggingLevel: 'ERROR' })],
    });
  });
});
