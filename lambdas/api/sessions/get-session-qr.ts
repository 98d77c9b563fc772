import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { requireWebjs } from '../../../shared/domain/sessions/webjs-only.ts';
import { preferredType } from '../../http/accept.ts';
import type { ApiResponse, Operation } from '../../http/api-request.ts';

const PNG = 'image/png';
const SVG = 'image/svg+xml';
const PICTURE_WIDTH_PX = 360;

export const makeGetSessionQr =
  (sessions: Pick<Sessions, 'get' | 'findQr'>): Operation<typeof sessionRoutes.getSessionQr> =>
  async ({ workspaceId, params, accept }) => {
    const session = await sessions.get(workspaceId, params.id);
    requireWebjs(session);
    const qr = session.desired === 'running' ? await sessions.findQr(session.id) : undefined;
    if (!qr) throw noQr(session);
    const type = preferredType(accept, ['application/json', PNG, SVG]);
    return type === 'application/json' ? { status: 200, body: qr } : picture(qr.qr, type);
  };

async function picture(text: string, contentType: string): Promise<ApiResponse> {
  const { toBuffer, toString } = await import('qrcode'); // most requests of this Lambda draw none
  const options = { width: PICTURE_WIDTH_PX, errorCorrectionLevel: 'M' } as const;
  const data = contentType === PNG ? await toBuffer(text, options) : await toString(text, { ...options, type: 'svg' });
  return { status: 200, media: { contentType, data } };
}

function noQr({ id, status, desired }: Session): DomainError {
  const hint =
    status === 'connected' || status === 'hibernating' ? 'it is linked already'
    : desired === 'running' ? 'it is not there yet; ask again in a moment'
    : 'start the session first';
  return new DomainError('conflict', 'no_qr', `Session ${id} (${status}) has no QR: ${hint}.`);
}
