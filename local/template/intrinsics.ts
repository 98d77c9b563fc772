/** What an expression may refer to. Each throws if there is nothing of that name. */
export interface Scope {
  /** `Ref`: a resource, a parameter or a pseudo parameter. */
  ref(name: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(exportName: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, top: string, second: string): unknown;
}

/** Stands for `AWS::NoValue`: the property or item that has it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

const INTRINSIC = /^(Ref|Condition|Fn::\w+)$/;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function getAtt(argument: unknown, scope: Scope): unknown {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return scope.getAtt(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [logicalId, attribute] = list(argument);
  return scope.getAtt(text(logicalId), text(resolveValue(attribute, scope)));
}

function substitute(argument: unknown, scope: Scope): string {
  const [pattern, variables] = list(argument);
  const given = (variables ?? {}) as Record<string, unknown>;
  return text(pattern).replaceAll(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in given) return text(resolveValue(given[name], scope));
    return text(name.includes('.') ? getAtt(name, scope) : scope.ref(name));
  });
}

function chooseIf(argument: unknown, scope: Scope): unknown {
  const [name, whenTrue, whenFalse] = list(argument);
  return resolveValue(scope.condition(text(name)) ? whenTrue : whenFalse, scope);
}

const all = (argument: unknown, scope: Scope): readonly unknown[] =>
  list(argument).map((item) => resolveValue(item, scope));

const FUNCTIONS: Readonly<Record<string, (argument: unknown, scope: Scope) => unknown>> = {
  Ref: (argument, scope) => scope.ref(text(argument)),
  Condition: (argument, scope) => scope.condition(text(argument)),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': substitute,
  'Fn::If': chooseIf,
  'Fn::Join': (argument, scope) => {
    const [separator, items] = all(argument, scope);
    return list(items).map(text).join(text(separator));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = all(argument, scope);
    return list(items)[Number(index)];
  },
  'Fn::Split': (argument, scope) => {
    const [separator, source] = all(argument, scope);
    return text(source).split(text(separator));
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(text(resolveValue(argument, scope))),
  'Fn::FindInMap': (argument, scope) => {
    const [map, top, second] = all(argument, scope);
    return scope.mapping(text(map), text(top), text(second));
  },
  'Fn::Base64': (argument, scope) => Buffer.from(text(resolveValue(argument, scope))).toString('base64'),
  'Fn::GetAZs': (_argument, scope) => ['a', 'b', 'c'].map((zone) => `${text(scope.ref('AWS::Region'))}${zone}`),
  'Fn::Equals': (argument, scope) => {
    const [left, right] = all(argument, scope);
    return text(left) === text(right);
  },
  'Fn::And': (argument, scope) => all(argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => all(argument, scope).some(Boolean),
  'Fn::Not': (argument, scope) => !all(argument, scope)[0],
};

function callIntrinsic(name: string, argument: unknown, scope: Scope): unknown {
  const call = FUNCTIONS[name];
  if (!call) throw new Error(`The local host does not know the template function ${name}`);
  return call(argument, scope);
}

/** The value of a template expression: functions called, `AWS::NoValue` left out. */
export function resolveValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && INTRINSIC.test(only[0])) return callIntrinsic(only[0], only[1], scope);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, resolveValue(item, scope)]).filter(([, item]) => item !== NO_VALUE),
  );
}
