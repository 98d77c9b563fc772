import type { SQLOutputValue } from 'node:sqlite';
import { Content, type Message } from './message.ts';

/** What one person holds of a message, and how far its receipt is. */
export interface Copy extends Message {
  readonly owner: string; // the person; `recipient` may be a group
  readonly receivedAt: number | undefined; // undefined: waits for the phone
  readonly copies: number; // how often it came
  readonly ack: number;
  readonly edited: boolean;
}

/** The sender's view of a message; `number` orders all changes of receipts. */
export interface Receipt {
  readonly wireId: string;
  readonly chat: string; // a person's digits or a group's jid
  readonly ack: number;
  readonly number: number;
}

export const copyFrom = (row: Record<string, SQLOutputValue>): Copy => ({
  owner: String(row['recipient']),
  sender: String(row['sender']),
  recipient: String(row['chat']),
  wireId: String(row['wire_id']),
  type: String(row['type']),
  body: String(row['body']),
  content: row['content'] ? Content.parse(JSON.parse(String(row['content']))) : undefined,
  sentAt: Number(row['sent_at']),
  receivedAt: row['received_at'] === null ? undefined : Number(row['received_at']),
  copies: Number(row['copies']),
  ack: Number(row['ack']),
  edited: row['edited'] === 1,
});
