import type { DeliveryFilter } from '../../domain/webhooks/webhooks.ts';
import { toBase32 } from '../../identity/base32.ts';
import { deliveryKey } from './keys.ts';

/** Ids begin with the time of their event, so a span of time is a span of keys. */
export function filteredQuery(tableName: string, workspaceId: string, webhookId: string, { status, eventTypes, since, until }: DeliveryFilter) {
  const { pk } = deliveryKey(webhookId, '');
  const types = eventTypes?.map((type, i) => [`:type${i}`, type] as const) ?? [];
  const conditions = [
    'workspaceId = :workspaceId',
    ...(status ? ['#status = :status'] : []),
    ...(types.length > 0 ? [`#event.#type IN (${types.map(([name]) => name).join(', ')})`] : []),
  ];
  return {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    FilterExpression: conditions.join(' AND '),
    ...((status || types.length > 0) && {
      ExpressionAttributeNames: { ...(status && { '#status': 'status' }), ...(types.length > 0 && { '#event': 'event', '#type': 'type' }) },
    }),
    ExpressionAttributeValues: {
      ':pk': pk,
      ':from': deliveryKey(webhookId, since === undefined ? '' : idsAt(since)).sk,
      ':to': deliveryKey(webhookId, `${until === undefined ? '' : idsAt(until)}~`).sk,
      ':workspaceId': workspaceId,
      ...(status && { ':status': status }),
      ...Object.fromEntries(types),
    },
  };
}

const idsAt = (ms: number): string => `dlv_${toBase32(BigInt(ms), 10)}`;
