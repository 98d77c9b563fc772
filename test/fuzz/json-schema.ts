import fc from 'fast-check';
import { aPhoneNumber, aText, anIdOf } from './values.ts';

/** What we read of the JSON Schemas in `/openapi.json`. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const MOST_ITEMS = 4;
const MOST_TEXT = 60;
const ID = /^\^([a-z]{3})_/;
/** What a schema does not say about a field: its numbers are phone numbers, its addresses lead nowhere. */
const BY_NAME: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  to: aPhoneNumber,
  phoneNumber: aPhoneNumber,
  numbers: () => fc.array(aPhoneNumber(), { minLength: 1, maxLength: MOST_ITEMS }),
  recipients: () => fc.array(fc.record({ to: aPhoneNumber() }), { minLength: 1, maxLength: MOST_ITEMS }),
  url: () => fc.constantFrom('https://93.184.215.14/hook', 'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/x?y=%20'),
  'hub.verify_token': () => fc.constantFrom('the-verify-token', 'another'),
  autoStart: () => fc.constant(false), // no browser is to start for it
  wait: () => fc.constant(0), // nothing sends here, so waiting for it is time lost
};

/** Values the schema allows, as far as it says what it allows. */
export function valueOf(schema: JsonSchema, name = ''): fc.Arbitrary<unknown> {
  const known = BY_NAME[name];
  if (known && schema.const === undefined && !schema.pattern) return known();
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return fc.oneof(...choices.map((choice) => valueOf(choice, name)));
  if (Array.isArray(schema.type)) return fc.oneof(...(schema.type as string[]).map((type) => valueOf({ ...schema, type }, name)));
  return ofType(schema);
}

function ofType(schema: JsonSchema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'object':
      return objectOf(schema);
    case 'array':
      return fc.array(valueOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? MOST_ITEMS, Math.max(MOST_ITEMS, schema.minItems ?? 0)) });
    case 'string':
      return stringOf(schema);
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? -10, -(2 ** 31)), max: Math.min(schema.maximum ?? 10_000, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf({ properties = {}, required = [], additionalProperties, propertyNames }: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, field]) => {
    const entry = valueOf(field, name).map((value) => [[name, value] as const]);
    return required.includes(name) ? entry : fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, { arbitrary: entry, weight: 1 });
  });
  const own = fc.tuple(...fields).map((entries) => Object.fromEntries(entries.flat()) as Record<string, unknown>);
  if (typeof additionalProperties !== 'object') return own;
  const more = fc.dictionary(stringOf(propertyNames ?? {}), valueOf(additionalProperties), { maxKeys: 3 });
  return fc.tuple(own, more).map(([known, others]) => ({ ...others, ...known }));
}

function stringOf({ format, pattern, minLength = 0, maxLength = MOST_TEXT }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'uri') return fc.constant('https://93.184.215.14/x');
  if (format === 'base64') return fc.base64String({ maxLength: MOST_TEXT });
  const prefix = ID.exec(pattern ?? '')?.[1];
  if (prefix !== undefined) return anIdOf(prefix);
  if (pattern !== undefined) return matching(pattern);
  return aText(minLength, Math.min(maxLength, Math.max(minLength, MOST_TEXT)));
}

function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return fc.stringMatching(/^[A-Za-z][\w]{0,20}$/); // the generator knows no Unicode classes
  }
}
