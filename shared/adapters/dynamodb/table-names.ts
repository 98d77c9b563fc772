/** The three tables, as the environment names them. */
export interface TableNames {
  readonly core: string;
  readonly messages: string;
  readonly registry: string;
}

export const INDEX = { gsi1: 'gsi1', gsi2: 'gsi2', outbox: 'outbox', chats: 'chats' } as const;
