/** How long a fault of a kind lasts (about: some end by themselves), and how often it is dealt compared with the others. */
export interface FaultKindSpec {
  readonly what: string; // for people
  readonly weight: number;
  readonly seconds: readonly [least: number, most: number];
  /** Lasts longer than the lease by that many seconds, so that somebody takes over. */
  readonly isBeyondLease?: true;
  /** Nothing else is broken meanwhile. */
  readonly isAlone?: true;
}

const INSTANCES = {
  'instance-kill': { what: 'kill -9 of an instance', weight: 3, seconds: [0, 0] },
  'lone-instance-kill': { what: 'kill -9 of an instance, nothing else broken: for the takeover time', weight: 2, seconds: [26, 26], isAlone: true },
  'instance-freeze': { what: 'SIGSTOP of an instance beyond its lease, browsers running on', weight: 2, seconds: [5, 12], isBeyondLease: true },
  'instance-and-browsers-freeze': { what: 'SIGSTOP of an instance and its browsers beyond its lease', weight: 2, seconds: [5, 12], isBeyondLease: true },
  'instance-drain': { what: 'SIGTERM of an instance', weight: 2, seconds: [0, 0] },
  'rolling-restart': { what: 'SIGTERM of every instance, one after another', weight: 1, seconds: [45, 45] },
  'instance-cut-off': { what: 'DynamoDB and SQS out of reach of one instance', weight: 2, seconds: [8, 30] },
  'clock-jump': { what: "an instance's wall clock off by 2 to 10 minutes", weight: 2, seconds: [10, 30] },
  'host-kill': { what: 'kill -9 of everything that computes at once', weight: 1, seconds: [25, 25], isAlone: true },
} as const satisfies Readonly<Record<string, FaultKindSpec>>;

const BROWSERS = {
  'renderer-kill': { what: 'kill -9 of a renderer', weight: 2, seconds: [0, 0] },
  'browser-kill': { what: 'kill -9 of a whole browser', weight: 2, seconds: [0, 0] },
  'browser-freeze': { what: 'SIGSTOP of a whole browser', weight: 2, seconds: [5, 40] },
} as const satisfies Readonly<Record<string, FaultKindSpec>>;

const NETWORK = {
  'dynamodb-cut': { what: 'DynamoDB refuses connections', weight: 2, seconds: [3, 30] },
  'dynamodb-hang': { what: 'DynamoDB does not answer', weight: 1, seconds: [3, 30] },
  'dynamodb-throttle': { what: 'DynamoDB throttles, or fails with 500', weight: 2, seconds: [5, 30] },
  'dynamodb-lost-answers': { what: 'DynamoDB does what it is told, and its answers are lost', weight: 2, seconds: [3, 20] },
  'sqs-cut': { what: 'SQS refuses connections', weight: 1, seconds: [3, 30] },
  'sqs-hang': { what: 'SQS does not answer', weight: 1, seconds: [3, 30] },
  'sqs-throttle': { what: 'SQS throttles, or fails with 500', weight: 1, seconds: [5, 30] },
  'sqs-lost-answers': { what: 'SQS does what it is told, and its answers are lost', weight: 1, seconds: [3, 20] },
  'queue-duplicates': { what: 'messages sent to queues come twice', weight: 1, seconds: [10, 30] },
  'queue-redelivery': { what: 'messages taken from queues come again', weight: 1, seconds: [10, 30] },
  'queue-disorder': { what: 'messages sent to queues overtake each other', weight: 1, seconds: [10, 30] },
} as const satisfies Readonly<Record<string, FaultKindSpec>>;

const STORE = {
  'store-full': { what: 'no room for snapshots', weight: 1, seconds: [10, 30] },
  'store-read-only': { what: 'snapshots can only be read', weight: 1, seconds: [10, 30] },
  'store-unreadable': { what: 'snapshots out of reach', weight: 1, seconds: [10, 30] },
} as const satisfies Readonly<Record<string, FaultKindSpec>>;

const PAGES = {
  'page-hang': { what: 'the page stops answering', weight: 1, seconds: [10, 60] },
  'page-crash': { what: 'the page crashes', weight: 1, seconds: [0, 0] },
  'page-silent': { what: 'the socket stays open and nothing comes', weight: 1, seconds: [10, 60] },
  'page-drop': { what: 'the socket breaks', weight: 1, seconds: [0, 0] },
  'page-conflict': { what: 'another device takes the link for a moment', weight: 1, seconds: [0, 0] },
  'page-outdated': { what: 'WhatsApp wants a newer page', weight: 1, seconds: [5, 20] },
  'page-modal': { what: '"What\'s new" covers the page', weight: 1, seconds: [0, 0] },
  unlink: { what: 'a person unlinks the device, and links it again', weight: 1, seconds: [20, 20] },
} as const satisfies Readonly<Record<string, FaultKindSpec>>;

const SPECS = { ...INSTANCES, ...BROWSERS, ...NETWORK, ...STORE, ...PAGES };

export type FaultKind = keyof typeof SPECS;
export const FAULTS: Readonly<Record<FaultKind, FaultKindSpec>> = SPECS;
export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];
