import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { DataStack } from '../stacks/data-stack.ts';

/** Lets a function that may write the core table publish events: to webhooks and to sockets. */
export function grantPublishing(data: DataStack, grantee: IGrantable): void {
  data.webhookDeliveries.grantSend(grantee);
  data.websocketPushes.grantSend(grantee);
}
