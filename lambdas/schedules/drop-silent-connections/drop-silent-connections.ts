import pLimit from 'p-limit';
import { SILENT_FOR_MS } from '../../../shared/contracts/realtime.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { Connections } from '../../../shared/domain/realtime/connections.ts';
import type { Sockets } from '../../../shared/domain/realtime/sockets.ts';
import { logger } from '../../../shared/observability/logger.ts';

export interface DropSilentConnectionsDeps {
  readonly connections: Pick<Connections, 'listSilent' | 'drop'>;
  readonly sockets: Pick<Sockets, 'close'>;
  readonly clock: Clock;
}

const CONNECTIONS_A_RUN = 1_000;
const AT_ONCE = 16;

/** Ends connections that have said nothing for ten minutes: most are gone without a word. */
export const makeDropSilentConnections = ({ connections, sockets, clock }: DropSilentConnectionsDeps) =>
  async (): Promise<void> => {
    const silent = await connections.listSilent(clock.now() - SILENT_FOR_MS, CONNECTIONS_A_RUN);
    const limit = pLimit(AT_ONCE);
    await Promise.all(
      silent.map((id) =>
        limit(async () => {
          await sockets.close(id);
          await connections.drop(id);
        }),
      ),
    );
    if (silent.length > 0) logger.info('Silent connections dropped', { count: silent.length });
  };
