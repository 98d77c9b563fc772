import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Passing, Rule } from './fault-proxy.ts';
import { isConnectedFrom } from './socket-owner.ts';

/** Whose requests a rule is about. */
export type Callers = (passing: Passing) => Promise<boolean> | boolean;

export const everybody: Callers = () => true;

/** Functions say in their User-Agent where they run, and event sources are no SDK; what is left is the fleet. */
const isFleet = ({ headers }: IncomingMessage): boolean => {
  const agent = headers['user-agent'] ?? '';
  return agent.includes('aws-sdk-js') && !agent.includes('exec-env/AWS_Lambda');
};

export const theFleet: Callers = ({ request }) => isFleet(request);
export const theControlPlane: Callers = ({ request }) => !isFleet(request);

/** One process of the fleet. Connections are kept alive, so the kernel is asked once about each. */
export function oneProcess(pid: number): Callers {
  const known = new WeakMap<Socket, Promise<boolean>>();
  return ({ request: { socket }, port }) => {
    const isTheirs = known.get(socket) ?? isConnectedFrom(pid, socket.remotePort, port);
    known.set(socket, isTheirs);
    return isTheirs;
  };
}

/** The rule for these callers alone. */
export const limitedTo = (callers: Callers, rule: Rule): Rule => async (passing) => ((await callers(passing)) ? rule(passing) : 'pass');
