import { GetCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { HEALTHY, type EndpointHealth } from '../../domain/webhooks/endpoint-health.ts';
import type { DueWebhook, Replay, WebhookState, WebhookWork } from '../../domain/webhooks/webhook-work.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { DUE_WEBHOOKS, dueSort, webhookStateKey } from './keys.ts';
import { INDEX } from './table-names.ts';

/** One item a webhook, beside its deliveries. The index lists those someone has to look after. */
export function dynamoWebhookWork(doc: DynamoDBDocumentClient, tableName: string): WebhookWork {
  /** The item a condition met; `undefined`: the condition held, and it is written. */
  async function update(webhookId: string, change: Partial<UpdateCommandInput>): Promise<Item | undefined> {
    const command = { TableName: tableName, Key: webhookStateKey(webhookId), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const, ...change };
    try {
      await doc.send(new UpdateCommand(command));
      return undefined;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return oldItem(error) ?? {};
    }
  }

  return {
    async get(webhookId) {
      const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: webhookStateKey(webhookId), ConsistentRead: true }));
      return stateOf(Item ?? {});
    },

    async mark({ workspaceId, webhookId }, nowMs) {
      const values = { workspaceId, webhookId, markedAt: nowMs, ...dueIndex(webhookId, nowMs) };
      await update(webhookId, setting(values));
    },

    async take(webhookId, places, nowMs, untilMs) {
      const open = Array.from({ length: places }, (_, i) => `place${i}`);
      for (let place = draw(open); place !== undefined; place = draw(open)) {
        const met = await update(webhookId, taking(place, nowMs, untilMs));
        if (met === undefined) return `${place}|${untilMs}`;
        const free = open.filter((other) => Number(met[other] ?? 0) <= nowMs);
        open.splice(0, open.length, ...free);
      }
      return undefined;
    },

    async release(webhookId, taken, health) {
      const [place = '', until] = taken.split('|');
      await update(webhookId, {
        UpdateExpression: `${health ? 'SET health = :health ' : ''}REMOVE #place`,
        ConditionExpression: '#place = :until', // it may have run out, and be another's by now
        ExpressionAttributeNames: { '#place': place },
        ExpressionAttributeValues: { ':until': Number(until), ...(health && { ':health': health }) },
      });
    },

    async forgetHealth(webhookId) {
      await update(webhookId, { UpdateExpression: 'REMOVE health' });
    },

    async settle({ workspaceId, webhookId }, seenMarkedAt, dueAt) {
      if (seenMarkedAt === 0) return; // nobody ever noted work
      const set = setting({ workspaceId, webhookId, ...(dueAt !== null && dueIndex(webhookId, dueAt)) });
      await update(webhookId, {
        UpdateExpression: `${set.UpdateExpression}${dueAt === null ? ' REMOVE gsi2pk, gsi2sk' : ''}`,
        ConditionExpression: 'markedAt = :seen',
        ExpressionAttributeNames: set.ExpressionAttributeNames,
        ExpressionAttributeValues: { ...set.ExpressionAttributeValues, ':seen': seenMarkedAt },
      });
    },

    async listDue(nowMs, limit) {
      const query = new QueryCommand({
        TableName: tableName,
        IndexName: INDEX.gsi2,
        KeyConditionExpression: 'gsi2pk = :pk AND gsi2sk <= :until',
        ExpressionAttributeValues: { ':pk': DUE_WEBHOOKS, ':until': dueSort(nowMs, '~') },
        Limit: limit,
      });
      const { Items = [] } = await doc.send(query);
      return (Items as unknown as DueWebhook[]).map(({ workspaceId, webhookId }) => ({ workspaceId, webhookId }));
    },

    async beginReplay(webhookId, replay) {
      const met = await update(webhookId, { ...setting({ replay }), ConditionExpression: 'attribute_not_exists(#replay)' });
      return met === undefined || stateOf(met).replay?.id === replay.id;
    },

    async moveReplay(webhookId, { id, cursor: from }, cursor) {
      await update(webhookId, {
        UpdateExpression: cursor === null ? 'REMOVE replay' : 'SET replay.#cursor = :cursor',
        ConditionExpression: 'replay.id = :id AND replay.#cursor = :from',
        ExpressionAttributeNames: { '#cursor': 'cursor' },
        ExpressionAttributeValues: { ':id': id, ':from': from, ...(cursor !== null && { ':cursor': cursor }) },
      });
    },
  };
}

/** Any but the first, which some have no alternative to, unless there is no other. */
function draw([first, ...others]: readonly string[]): string | undefined {
  return others[Math.floor(Math.random() * others.length)] ?? first;
}

const taking = (place: string, nowMs: number, untilMs: number): Partial<UpdateCommandInput> => ({
  UpdateExpression: 'SET #place = :until',
  ConditionExpression: 'attribute_not_exists(#place) OR #place <= :now',
  ExpressionAttributeNames: { '#place': place },
  ExpressionAttributeValues: { ':until': untilMs, ':now': nowMs },
});

const setting = (values: Item) => ({
  UpdateExpression: `SET ${Object.keys(values).map((name) => `#${name} = :${name}`).join(', ')}`,
  ExpressionAttributeNames: Object.fromEntries(Object.keys(values).map((name) => [`#${name}`, name])),
  ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
});

const dueIndex = (webhookId: string, dueAt: number): Item => ({ gsi2pk: DUE_WEBHOOKS, gsi2sk: dueSort(dueAt, webhookId) });

const stateOf = (item: Item): WebhookState => ({
  health: (item['health'] as EndpointHealth | undefined) ?? HEALTHY,
  replay: (item['replay'] as Replay | undefined) ?? null,
  markedAt: Number(item['markedAt'] ?? 0),
});
