/**
 * Keys and indexes of the three tables, for those who create them: the CDK data stack, and tests that need a table
 * without the stack. All key attributes are strings. What the keys hold: docs/data-model.md.
 */
export interface IndexSchema {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

export interface TableSchema {
  readonly partitionKey: 'pk';
  readonly sortKey: 'sk';
  readonly indexes: readonly IndexSchema[]; // all attributes projected
  /** Attribute with the Unix time in seconds after which an item may go. */
  readonly ttlAttribute: 'expiresAtSeconds' | undefined;
}

const keys = { partitionKey: 'pk', sortKey: 'sk' } as const;

export const TABLES = {
  core: {
    ...keys,
    indexes: [
      { name: 'gsi1', partitionKey: 'gsi1pk', sortKey: 'gsi1sk' },
      { name: 'gsi2', partitionKey: 'gsi2pk', sortKey: 'gsi2sk' },
    ],
    ttlAttribute: 'expiresAtSeconds',
  },
  messages: {
    ...keys,
    indexes: [
      { name: 'outbox', partitionKey: 'outboxPk', sortKey: 'outboxSk' },
      { name: 'chats', partitionKey: 'chatsPk', sortKey: 'chatsSk' },
    ],
    ttlAttribute: 'expiresAtSeconds',
  },
  registry: { ...keys, indexes: [], ttlAttribute: undefined },
} as const satisfies Record<string, TableSchema>;
