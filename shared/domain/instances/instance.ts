import type { InstanceState } from '../../contracts/api/operations.ts';

export interface InstanceLoad {
  /** That have a browser open or want one. */
  readonly sessions: number;
  /** Beside those: sessions without a browser. */
  readonly hibernating?: number;
  readonly memoryBytes: number;
  /** What its process and all its browsers may take together. */
  readonly memoryLimitBytes?: number;
  readonly eventLoopLagMs: number;
  /** `false`: short of memory or descriptors, so it refuses sessions although it has places. Left out: it takes them. */
  readonly isAdmitting?: boolean;
}

/** One fleet process as the registry knows it. */
export interface Instance {
  readonly id: string;
  /** Base URL of its private HTTP, such as http://10.0.3.7:3001 */
  readonly url: string;
  readonly zone: string;
  readonly capacity: number; // browsers
  readonly version: string;
  /** The ECS task it runs as; `null` where it is none. */
  readonly taskArn: string | null;
  readonly state: InstanceState;
  /** Grows whenever the right is granted or taken away, so an instance that slept past its expiry cannot renew. */
  readonly epoch: number;
  /** Grows with each heartbeat, so that others see it live whatever its clock says. */
  readonly beat: number;
  readonly expiresAt: number; // Unix time in ms
  readonly heartbeatAt: number; // Unix time in ms
  /** It is `lost` because it closed its sessions and left; remembered until no assignment to it can turn up any more. */
  readonly hasLeft: boolean;
  readonly load: InstanceLoad;
}

/**
 * One instance's right to run every session assigned to it, until `expiresAt`. What a late instance still tries to
 * write is stopped by the fencing token of each assignment.
 */
export interface InstanceLease {
  readonly instanceId: string;
  readonly epoch: number;
  readonly expiresAt: number; // Unix time in ms
}
