import { rm } from 'node:fs/promises';
import { writePrivateJson } from './data-dir/private-json.ts';

/** What others may know of a running host: `<data-dir>/local.json`. */
export interface LocalView {
  readonly api: string;
  readonly realtime: string | null;
  readonly console: null; // no web console yet
  readonly whatsapp: string | null;
  /** Control API of the simulated Meta; docs/meta.md. */
  readonly meta: string | null;
  readonly apiKey: string;
  readonly operatorKey: string;
  readonly otherApiKey: string;
  readonly workspaceId: string;
  readonly pid: number;
  readonly instances: readonly { readonly id: string; readonly pid: number; readonly url: string }[];
  readonly endpoints: { readonly dynamodb: string; readonly sqs: string; readonly ecs: string };
  readonly tables: { readonly core: string; readonly messages: string; readonly registry: string };
}

/** Keeps the file current. Writes follow one another, and the last word is the last to be written. */
export class LocalJson {
  readonly #path: string;
  #latest: LocalView | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Removes what an earlier host left, and `update` writes nothing until `publish`. */
  async clear(): Promise<void> {
    this.#latest = undefined;
    await this.#writing;
    await rm(this.#path, { force: true });
  }

  publish(view: LocalView): Promise<void> {
    this.#latest = view;
    return this.#write();
  }

  /** Does nothing before `publish`. */
  update(change: Partial<LocalView>): Promise<void> {
    if (!this.#latest) return this.#writing;
    this.#latest = { ...this.#latest, ...change };
    return this.#write();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (this.#latest) await writePrivateJson(this.#path, this.#latest).catch(() => undefined); // a full disk: the next change tries again
    });
    return this.#writing;
  }
}
