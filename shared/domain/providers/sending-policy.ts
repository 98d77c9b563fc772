/** From which number of a workspace a message leaves that names none. */
export interface SendingPolicy {
  readonly workspaceId: string;
  readonly primary: string; // session ids
  readonly fallbacks: readonly string[];
  readonly failover: {
    readonly enabled: boolean;
    readonly minScore: number;
    readonly afterSeconds: number;
  };
  readonly updatedAt: string;
}

export interface SendingPolicies {
  /** `undefined`: none was set. */
  find(workspaceId: string): Promise<SendingPolicy | undefined>;
  save(policy: SendingPolicy): Promise<void>;
  /** Those with failover, of all workspaces. Eventually consistent. */
  listWithFailover(): Promise<readonly SendingPolicy[]>;
}

export const numbersOf = ({ primary, fallbacks }: Pick<SendingPolicy, 'primary' | 'fallbacks'>): readonly string[] => [primary, ...fallbacks];
