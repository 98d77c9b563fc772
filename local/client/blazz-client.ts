import type { CampaignView } from '../../shared/contracts/api/campaigns.ts';
import type { InstanceView } from '../../shared/contracts/api/operations.ts';
import type { QrView, SessionView } from '../../shared/contracts/api/sessions.ts';
import { callJson, expectOk, type JsonAnswer } from './http-json.ts';

/** Blazz as a customer sees it: the REST API with one key. */
export class BlazzClient {
  readonly #api: string;
  readonly #key: string;

  constructor(api: string, key: string) {
    this.#api = api;
    this.#key = key;
  }

  /** Any call; any status comes back. `path` begins with a slash. */
  call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<JsonAnswer> {
    return callJson(`${this.#api}${path}`, { method, body, headers: { authorization: `Bearer ${this.#key}`, ...headers } });
  }

  async get<T>(path: string): Promise<T> {
    return expectOk<T>(await this.call('GET', path), `GET ${path}`);
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return expectOk<T>(await this.call('POST', path, body), `POST ${path}`);
  }

  createSession(body: Readonly<Record<string, unknown>>): Promise<SessionView> {
    return this.post('/v1/sessions', body);
  }

  session(id: string): Promise<SessionView> {
    return this.get(`/v1/sessions/${id}`);
  }

  /** The QR to scan, `undefined` while there is none. */
  async qr(sessionId: string): Promise<QrView | undefined> {
    const answer = await this.call('GET', `/v1/sessions/${sessionId}/qr`);
    return answer.status === 409 ? undefined : expectOk<QrView>(answer, 'GET qr');
  }

  campaign(id: string): Promise<CampaignView> {
    return this.get(`/v1/campaigns/${id}`);
  }

  async instances(): Promise<readonly InstanceView[]> {
    return (await this.get<{ data: InstanceView[] }>('/v1/instances')).data;
  }

  /** Every row of a list, page by page. */
  async all<T>(path: string): Promise<T[]> {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { data: T[]; nextCursor: string | null } = await this.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=200${next}`,
      );
      rows.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }
}
