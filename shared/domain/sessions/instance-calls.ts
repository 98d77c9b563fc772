import type { InstanceCommand, Nudge } from '../../contracts/nudge.ts';
import type { Session } from './session.ts';

/** Without a provider: one that an instance runs. */
export type OwnedSession = Pick<Session, 'id' | 'instanceId'> & Partial<Pick<Session, 'provider' | 'workspaceId'>>;

/** What the control plane tells the instance that runs a session. Intent is in the tables already: these are hints. */
export interface InstanceCalls {
  /** "Look at the table now." Never rejects and takes a second at most; losing one costs seconds, never a message. */
  nudge(session: OwnedSession, about: Nudge['about']): Promise<void>;
  /** `false`: nobody runs the session, or its instance did not take the command within a second. */
  command(session: OwnedSession, command: InstanceCommand): Promise<boolean>;
  /**
   * Which of these numbers (50 at most) are on WhatsApp, at their places; `null`: it did not say. Takes 20 s at most.
   * `undefined`: the session is not connected to be asked through.
   */
  checkNumbers(session: OwnedSession, numbers: readonly string[]): Promise<readonly (boolean | null)[] | undefined>;
}
