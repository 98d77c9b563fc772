import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/*
 * What `cdk synth` leaves: manifest.json names the stacks; each has a template, and an assets file that says which
 * folder belongs to which object key.
 */
const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(), // aws://<account>/<region>
      properties: z.object({ templateFile: z.string().optional(), stackName: z.string().optional() }).optional(),
    }),
  ),
});

const Assets = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

const Json = z.record(z.string(), z.unknown());

const Template = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), Json)).default({}),
  Conditions: Json.default({}),
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: Json.default({}), Condition: z.string().optional() }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.unknown() }).optional() })).default({}),
});
export type Template = z.infer<typeof Template>;

export interface Stack {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly template: Template;
}

export interface Assembly {
  readonly region: string; // of its first stack
  readonly stacks: readonly Stack[];
  /** The folder that would have been zipped and uploaded under this key. Throws if there is none. */
  assetFolder(objectKey: string): string;
}

/** Stands in where a stack leaves account or region to the credentials; the queue emulator knows no other account. */
const NOWHERE = { account: '000000000000', region: 'us-east-1' };

function placeOf(environment: string | undefined): { account: string; region: string } {
  const [, account, region] = /^aws:\/\/(\d+)\/([\w-]+)$/.exec(environment ?? '') ?? [];
  return account === undefined || region === undefined ? NOWHERE : { account, region };
}

const readJson = async <S extends z.ZodType>(schema: S, folder: string, file: string): Promise<z.output<S>> =>
  schema.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));

async function readAssets(folder: string, files: readonly string[]): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  for (const file of files) {
    for (const { source, destinations } of Object.values((await readJson(Assets, folder, file)).files)) {
      for (const { objectKey } of Object.values(destinations)) paths.set(objectKey, join(folder, source.path ?? ''));
    }
  }
  return paths;
}

/** Reads a cloud assembly from `folder`. */
export async function readAssembly(folder: string): Promise<Assembly> {
  const { artifacts } = await readJson(Manifest, folder, 'manifest.json');
  const stackArtifacts = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const stacks = await Promise.all(
    stackArtifacts.map(async ([id, { environment, properties }]) => ({
      ...placeOf(environment),
      name: properties?.stackName ?? id,
      template: await readJson(Template, folder, properties?.templateFile ?? `${id}.template.json`),
    })),
  );
  const assetFiles = Object.keys(artifacts).filter((id) => artifacts[id]?.type === 'cdk:asset-manifest');
  const assets = await readAssets(folder, assetFiles.map((id) => `${id}.json`));
  return {
    region: stacks[0]?.region ?? NOWHERE.region,
    stacks,
    assetFolder(objectKey) {
      const path = assets.get(objectKey);
      if (path === undefined) throw new Error(`The cloud assembly has no asset under ${objectKey}`);
      return path;
    },
  };
}
