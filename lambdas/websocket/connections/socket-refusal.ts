import type { RealtimeErrorCode } from '../../../shared/contracts/realtime.ts';

/** A message that asks for what it cannot have. The client is told, and its socket stays open. */
export class SocketRefusal extends Error {
  override readonly name = 'SocketRefusal';
  readonly code: RealtimeErrorCode;

  constructor(code: RealtimeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
