import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Workspace, Workspaces } from '../../domain/access/api-keys.ts';
import { DomainError } from '../../domain/errors.ts';
import { isConditionFailure } from './conditions.ts';
import { workspaceKey } from './keys.ts';

export const dynamoWorkspaces = (doc: DynamoDBDocumentClient, tableName: string): Workspaces => ({
  async insert(workspace) {
    const put = new PutCommand({
      TableName: tableName,
      Item: { ...workspaceKey(workspace.id), ...workspace },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await doc.send(put).catch((error: unknown) => {
      if (!isConditionFailure(error)) throw error;
    });
  },

  async get(workspaceId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: workspaceKey(workspaceId), ConsistentRead: true }));
    if (!Item) throw new DomainError('not-found', 'workspace_not_found', `There is no workspace ${workspaceId}.`);
    const { id, name, createdAt } = Item as unknown as Workspace;
    return { id, name, createdAt };
  },
});
