import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { instanceNotFound } from '../../domain/errors.ts';
import type { Instance, InstanceLease } from '../../domain/instances/instance.ts';
import type { InstanceRegistry } from '../../domain/instances/instance-registry.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { INSTANCES, instanceKey } from './keys.ts';

const NO_LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };
/** DynamoDB reserves some of these words, so all go by placeholder. */
const NAMES = { '#state': 'state', '#epoch': 'epoch', '#expiresAt': 'expiresAt' } as const;

/** A requested drain shows as `draining` at once; the instance finds it there at its next look. */
function toInstance(item: Item): Instance {
  const { pk: _pk, sk, drainRequested, ...instance } = item as unknown as Instance & Record<'pk' | 'sk', string> & { drainRequested?: boolean };
  const isLive = instance.state === 'ready' || instance.state === 'starting';
  return { ...instance, id: sk, state: drainRequested && isLive ? 'draining' : instance.state, hasLeft: instance.hasLeft ?? false };
}

const toLease = (item: Item): InstanceLease => ({
  instanceId: item['sk'] as string,
  epoch: item['epoch'] as number,
  expiresAt: item['expiresAt'] as number,
});

/** One item an instance, in one partition; a heartbeat is one conditional write. */
export function dynamoInstanceRegistry(doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): InstanceRegistry {
  const update = async (instanceId: string, change: Partial<UpdateCommandInput>): Promise<Item> => {
    const { ExpressionAttributeNames, ...rest } = change;
    const names = { ...NAMES, ...ExpressionAttributeNames };
    const used = [rest.UpdateExpression, rest.ConditionExpression].join(' ');
    const { Attributes } = await doc.send(new UpdateCommand({
      TableName: tableName,
      Key: instanceKey(instanceId),
      ReturnValues: 'ALL_NEW',
      ExpressionAttributeNames: Object.fromEntries(Object.entries(names).filter(([name]) => used.includes(name))),
      ...rest,
    }));
    return Attributes ?? {};
  };

  const updateIf = (instanceId: string, change: Partial<UpdateCommandInput>): Promise<Item | undefined> =>
    update(instanceId, change).catch((error: unknown) => {
      if (isConditionFailure(error)) return undefined; // a lost race
      throw error;
    });

  return {
    async register({ id, url, zone, capacity, version, taskArn = null }, ttlMs) {
      const now = clock.now();
      return toLease(await update(id, {
        UpdateExpression:
          'SET #epoch = if_not_exists(#epoch, :none) + :one, beat = if_not_exists(beat, :none) + :one, #state = :starting, #expiresAt = :expiresAt, heartbeatAt = :now, #load = :load, #url = :url, #zone = :zone, #capacity = :capacity, #version = :version, taskArn = :taskArn REMOVE drainRequested, hasLeft',
        ExpressionAttributeNames: { '#url': 'url', '#zone': 'zone', '#capacity': 'capacity', '#version': 'version', '#load': 'load' },
        ExpressionAttributeValues: {
          ':none': 0, ':one': 1, ':starting': 'starting', ':expiresAt': now + ttlMs, ':now': now, ':load': NO_LOAD,
          ':url': url, ':zone': zone, ':capacity': capacity, ':version': version, ':taskArn': taskArn,
        },
      }));
    },

    async renew(lease, { state, load }, ttlMs) {
      const now = clock.now();
      const renewed = await updateIf(lease.instanceId, {
        UpdateExpression: 'SET #state = :state, #expiresAt = :expiresAt, heartbeatAt = :now, #load = :load ADD beat :one',
        ConditionExpression: '#epoch = :epoch',
        ExpressionAttributeNames: { '#load': 'load' },
        ExpressionAttributeValues: { ':state': state, ':expiresAt': now + ttlMs, ':now': now, ':load': load, ':epoch': lease.epoch, ':one': 1 },
      });
      return renewed && toLease(renewed);
    },

    async release({ instanceId, epoch }) {
      await updateIf(instanceId, {
        UpdateExpression: 'SET #state = :lost, #epoch = :next, hasLeft = :yes',
        ConditionExpression: '#epoch = :epoch',
        ExpressionAttributeValues: { ':lost': 'lost', ':next': epoch + 1, ':epoch': epoch, ':yes': true },
      });
    },

    async declareLost({ id, epoch, beat }) {
      const ended = await updateIf(id, {
        UpdateExpression: 'SET #state = :lost, #epoch = :next',
        ConditionExpression: '#epoch = :epoch AND beat = :beat',
        ExpressionAttributeValues: { ':lost': 'lost', ':next': epoch + 1, ':epoch': epoch, ':beat': beat },
      });
      return ended !== undefined;
    },

    async forget(instanceId) {
      await doc.send(new DeleteCommand({
        TableName: tableName,
        Key: instanceKey(instanceId),
        ConditionExpression: '#state = :lost',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':lost': 'lost' },
      })).catch((error: unknown) => {
        if (!isConditionFailure(error)) throw error; // forgotten already, or registered anew
      });
    },

    async find(instanceId) {
      const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: instanceKey(instanceId), ConsistentRead: true }));
      return Item && toInstance(Item);
    },

    async list() {
      const instances: Instance[] = [];
      let after: Item | undefined;
      do {
        const page = await doc.send(new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': INSTANCES },
          ConsistentRead: true,
          ...(after ? { ExclusiveStartKey: after } : {}),
        }));
        instances.push(...(page.Items ?? []).map(toInstance));
        after = page.LastEvaluatedKey;
      } while (after);
      return instances;
    },

    async requestDrain(instanceId) {
      const asked = await updateIf(instanceId, {
        UpdateExpression: 'SET drainRequested = :yes',
        ConditionExpression: 'attribute_exists(#epoch)',
        ExpressionAttributeValues: { ':yes': true },
      });
      if (!asked) throw instanceNotFound(instanceId);
    },
  };
}
