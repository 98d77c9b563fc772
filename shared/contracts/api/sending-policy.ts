import * as z from 'zod';
import { SessionId } from '../ids.ts';
import { NullableInstant } from './common.ts';
import { isStorable, NOT_STORABLE } from '../storable-number.ts';

const Failover = z.strictObject({
  enabled: z.boolean().default(true),
  minScore: z.number().min(0).max(1).refine(isStorable, NOT_STORABLE).default(0.5).describe('A number whose score is lower counts as down'),
  afterSeconds: z.int().min(10).max(3_600).default(60).describe('How long a number may be disconnected before it counts as down'),
});

const order = {
  primary: SessionId.describe('Sends unless another number last talked to the person'),
  fallbacks: z.array(SessionId).max(10).default([]).describe('Stand in, in this order, while the number that should send is down'),
};

export const SendingPolicyRequest = z.strictObject({ ...order, failover: Failover.prefault({}) });
export type SendingPolicyRequest = z.output<typeof SendingPolicyRequest>;

const NumberHealthView = z.object({
  sessionId: SessionId,
  isUp: z.boolean(),
  score: z.number().describe('1: nothing failed lately; 0: everything did'),
  reason: z.string().nullable().describe('Why it counts as down'),
  recent: z.object({ sent: z.int(), failed: z.int(), unknown: z.int() }).describe('Of the last 15 minutes; failures that are not the number’s fault are left out'),
});

export const SendingPolicyView = z.object({
  primary: SessionId.nullable().describe('`null`: the workspace has no session'),
  fallbacks: z.array(SessionId),
  failover: z.object({ enabled: z.boolean(), minScore: z.number(), afterSeconds: z.int() }),
  numbers: z.array(NumberHealthView).describe('How the numbers of the policy are doing, in its order'),
  updatedAt: NullableInstant.describe('`null`: none was set, and the primary session sends'),
});
export type SendingPolicyView = z.infer<typeof SendingPolicyView>;
