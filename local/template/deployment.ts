import type { Assembly, Stack } from './assembly.ts';
import { identify, type Identity, type Place } from './identity.ts';
import { NO_VALUE, resolveValue, type Scope } from './intrinsics.ts';

/** A resource of the template as it would stand in AWS after a deployment: named, every expression resolved. */
export interface Resource extends Identity {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Deployment {
  readonly region: string;
  /** The resources of these types, without those whose condition is false. */
  list(...types: string[]): readonly Resource[];
  assetFolder(objectKey: string): string;
}

const pseudoParameters = ({ name, account, region }: Stack): Readonly<Record<string, unknown>> => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': name,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${name}/local`,
  'AWS::NotificationARNs': [],
  'AWS::NoValue': NO_VALUE,
});

class ResolvedStack implements Scope {
  readonly #stack: Stack;
  readonly #place: Place;
  readonly #imports: (name: string) => unknown;
  readonly #pseudo: Readonly<Record<string, unknown>>;
  readonly #identities = new Map<string, Identity>();

  constructor(stack: Stack, sqsEndpoint: string, imports: (name: string) => unknown) {
    this.#stack = stack;
    this.#place = { account: stack.account, region: stack.region, sqsEndpoint };
    this.#pseudo = pseudoParameters(stack);
    this.#imports = imports;
  }

  ref(name: string): unknown {
    if (name in this.#pseudo) return this.#pseudo[name];
    const { Parameters, Resources } = this.#stack.template;
    if (name in Parameters) return Parameters[name]?.Default;
    if (name in Resources) return this.identity(name).ref;
    throw new Error(`Stack ${this.#stack.name} has no resource or parameter ${name}`);
  }

  getAtt(logicalId: string, attribute: string): unknown {
    // Attributes nothing local depends on (security groups, role ids) get a name of their own rather than an error.
    return this.identity(logicalId).attributes[attribute] ?? `${logicalId}.${attribute}`;
  }

  importValue(exportName: string): unknown {
    return this.#imports(exportName);
  }

  condition(name: string): boolean {
    return Boolean(resolveValue(this.#stack.template.Conditions[name], this));
  }

  mapping(map: string, top: string, second: string): unknown {
    return this.#stack.template.Mappings[map]?.[top]?.[second];
  }

  identity(logicalId: string): Identity {
    const known = this.#identities.get(logicalId);
    if (known) return known;
    const declared = this.#stack.template.Resources[logicalId];
    if (!declared) throw new Error(`Stack ${this.#stack.name} has no resource ${logicalId}`);
    const property = (name: string): unknown => resolveValue(declared.Properties[name], this);
    const identity = identify({ stack: this.#stack.name, logicalId, type: declared.Type, property }, this.#place);
    this.#identities.set(logicalId, identity);
    return identity;
  }

  *resources(types: readonly string[]): Generator<Resource> {
    for (const [logicalId, { Type, Properties, Condition }] of Object.entries(this.#stack.template.Resources)) {
      if (!types.includes(Type) || (Condition !== undefined && !this.condition(Condition))) continue;
      const properties = resolveValue(Properties, this) as Record<string, unknown>;
      yield { ...this.identity(logicalId), stack: this.#stack.name, logicalId, type: Type, properties };
    }
  }

  /** The value exported under that name, in a list, or nothing. */
  exported(exportName: string): readonly unknown[] {
    return Object.values(this.#stack.template.Outputs)
      .filter((output) => output.Export && resolveValue(output.Export.Name, this) === exportName)
      .map((output) => resolveValue(output.Value, this));
  }
}

/**
 * Resolves the templates of an assembly.
 *
 * @param sqsEndpoint where the queue emulator listens, without a trailing slash: queue URLs begin with it
 */
export function resolveDeployment(assembly: Assembly, sqsEndpoint: string): Deployment {
  const imports = (name: string): unknown => {
    const values = stacks.flatMap((stack) => stack.exported(name));
    if (values.length === 0) throw new Error(`No stack exports ${name}`);
    return values[0];
  };
  const stacks: readonly ResolvedStack[] = assembly.stacks.map((stack) => new ResolvedStack(stack, sqsEndpoint, imports));
  return {
    region: assembly.region,
    list: (...types) => stacks.flatMap((stack) => [...stack.resources(types)]),
    assetFolder: (objectKey) => assembly.assetFolder(objectKey),
  };
}
