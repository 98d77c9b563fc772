import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readAssembly } from '../../../local/template/assembly.ts';
import { resolveDeployment } from '../../../local/template/deployment.ts';
import { readFixture } from './fixtures/deployed-fixture.ts';

const SQS = 'http://127.0.0.1:9324';

describe('the resources of a template', () => {
  it('are named as CloudFormation would name them', async () => {
    const deployment = await readFixture(SQS);
    const [jobs] = deployment.list('AWS::SQS::Queue').filter(({ logicalId }) => logicalId === 'Jobs');
    expect(jobs).toMatchObject({
      ref: `${SQS}/000000000000/names-Jobs`,
      arn: 'arn:aws:sqs:eu-west-1:000000000000:names-Jobs',
      properties: { RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:names-Dead', maxReceiveCount: 2 } },
    });
  });

  it('see what another stack exports', async () => {
    const [source] = (await readFixture(SQS)).list('AWS::Lambda::EventSourceMapping');
    expect(source?.properties['EventSourceArn']).toBe('arn:aws:sqs:eu-west-1:000000000000:names-Jobs');
  });

  it('leave out those whose condition is false', async () => {
    const names = (await readFixture(SQS)).list('AWS::Lambda::Function').map(({ logicalId }) => logicalId);
    expect(names).toContain('Echo');
    expect(names).not.toContain('Hidden');
  });

  it('keep their ids from start to start', async () => {
    const keyOf = async () => (await readFixture(SQS)).list('AWS::KMS::Key')[0]?.ref;
    expect(await keyOf()).toBe(await keyOf());
  });
});

describe('an expression', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  const TEMPLATE = {
    Parameters: { Size: { Type: 'String', Default: 'large' } },
    Mappings: { Sizes: { large: { cpu: '2048' } } },
    Conditions: {
      IsLarge: { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] },
      IsSmall: { 'Fn::Not': [{ Condition: 'IsLarge' }] },
    },
  };

  async function resolve(expression: unknown): Promise<unknown> {
    const folder = await mkdtemp(join(tmpdir(), 'blazz-template-'));
    folders.push(folder);
    const artifact = { type: 'aws:cloudformation:stack', properties: { templateFile: 't.json' } };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ artifacts: { stack: artifact } }));
    const Resources = {
      Role: { Type: 'AWS::IAM::Role' },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
      It: { Type: 'Test::It', Properties: { value: expression } },
    };
    await writeFile(join(folder, 't.json'), JSON.stringify({ ...TEMPLATE, Resources }));
    return resolveDeployment(await readAssembly(folder), SQS).list('Test::It')[0]?.properties['value'];
  }

  it.each([
    ['Ref to a parameter', { Ref: 'Size' }, 'large'],
    ['Ref to a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['GetAtt', { 'Fn::GetAtt': ['Queue', 'QueueName'] }, 'jobs'],
    ['GetAtt in short', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn:aws:sqs:us-east-1:000000000000:jobs'],
    ['Join', { 'Fn::Join': ['/', ['a', { Ref: 'Size' }]] }, 'a/large'],
    ['Sub', { 'Fn::Sub': 'x-${Size}-${Queue.Arn}-${!Literal}' }, 'x-large-arn:aws:sqs:us-east-1:000000000000:jobs-${Literal}'],
    ['Sub with variables', { 'Fn::Sub': ['${a}${Size}', { a: { Ref: 'Queue' } }] }, `${SQS}/000000000000/jobslarge`],
    ['Select and Split', { 'Fn::Select': [1, { 'Fn::Split': ['-', 'a-b-c'] }] }, 'b'],
    ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'Size' }, 'cpu'] }, '2048'],
    ['If', { 'Fn::If': ['IsLarge', 'yes', 'no'] }, 'yes'],
    ['If on a negated condition', { 'Fn::If': ['IsSmall', 'yes', 'no'] }, 'no'],
    ['no value in a list', ['a', { 'Fn::If': ['IsSmall', 'b', { Ref: 'AWS::NoValue' }] }], ['a']],
    ['no value in an object', { keep: 1, drop: { Ref: 'AWS::NoValue' } }, { keep: 1 }],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
  ])('%s', async (_name, expression, expected) => {
    expect(await resolve(expression)).toEqual(expected);
  });

  it.each([
    ['an unknown function', { 'Fn::Transform': {} }, 'Fn::Transform'],
    ['an unknown name', { Ref: 'Nobody' }, 'Nobody'],
    ['an export nobody makes', { 'Fn::ImportValue': 'else:where' }, 'else:where'],
  ])('%s is an error that names it', async (_name, expression, named) => {
    await expect(resolve(expression)).rejects.toThrow(named);
  });
});
