import * as z from 'zod';
import { ulid } from 'ulid';

const METADATA_TIMEOUT_MS = 3_000;
const TaskMetadata = z.object({
  TaskARN: z.string().optional(),
  AvailabilityZone: z.string().optional(),
  Containers: z.array(z.object({ Networks: z.array(z.object({ IPv4Addresses: z.array(z.string()).optional() })).optional() })),
});

/** A new one each time the process starts: what an earlier process was allowed, this one is not. */
export const newInstanceId = (): string => `ins_${ulid()}`;

/** How others reach this instance, in which zone it runs, and as which task. */
export interface InstanceAddress {
  readonly url: string;
  readonly zone: string;
  readonly taskArn: string | null;
}

export interface AddressOptions {
  readonly configuredUrl: string | undefined;
  readonly metadataUri: string | undefined;
  readonly bindHost: string;
  readonly port: number;
}

/** As configured, else as ECS tells, else the address we listen on. */
export async function instanceAddress({ configuredUrl, metadataUri, bindHost, port }: AddressOptions): Promise<InstanceAddress> {
  const task = metadataUri === undefined ? undefined : await readTask(metadataUri);
  const host = task?.address ?? (bindHost === '0.0.0.0' ? '127.0.0.1' : bindHost);
  return { url: configuredUrl ?? `http://${host}:${port}`, zone: task?.zone ?? 'local', taskArn: task?.arn ?? null };
}

interface Task {
  readonly arn: string | undefined;
  readonly address: string | undefined;
  readonly zone: string | undefined;
}

async function readTask(metadataUri: string): Promise<Task> {
  const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(METADATA_TIMEOUT_MS) });
  const { TaskARN, AvailabilityZone, Containers } = TaskMetadata.parse(await response.json());
  const addresses = Containers.flatMap(({ Networks = [] }) => Networks.flatMap(({ IPv4Addresses = [] }) => IPv4Addresses));
  return { arn: TaskARN, address: addresses[0], zone: AvailabilityZone };
}
