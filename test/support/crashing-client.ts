import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export class Crash extends Error {}

/** The same client, which dies right after its call number `crashAt`: what that call wrote stays written. */
export function crashingClient(doc: DynamoDBDocumentClient, crashAt: number): DynamoDBDocumentClient {
  let calls = 0;
  const send = async (command: Parameters<typeof doc.send>[0]) => {
    if (calls >= crashAt) throw new Crash();
    const answer = await doc.send(command);
    if (++calls === crashAt) throw new Crash();
    return answer;
  };
  return { send } as unknown as DynamoDBDocumentClient;
}
