import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_CONFIG, type Accepted, type BusinessNumber, type Config, type Customer, type Fault, type Media, type Template } from './records.ts';

interface Kept {
  readonly numbers: BusinessNumber[];
  readonly customers: Customer[];
  readonly templates: Template[];
  readonly accepted: Accepted[];
  /** When a customer last wrote to a number, by `<phone_number_id>|<customer>`. */
  readonly windows: Record<string, number>;
  /** Who wrote a message to which number, by its id. */
  readonly written: Record<string, { readonly customer: string; readonly phoneNumberId: string }>;
}

const SAVE_AFTER_MS = 100;

/** Everything the simulated Meta knows; all but files, faults and settings survives a restart in the same folder. */
export class Store {
  readonly numbers = new Map<string, BusinessNumber>();
  readonly customers = new Map<string, Customer>();
  readonly templates = new Map<string, Template>();
  readonly accepted: Accepted[] = [];
  readonly windows = new Map<string, number>();
  readonly written = new Map<string, { readonly customer: string; readonly phoneNumberId: string }>();
  readonly media = new Map<string, Media>();
  readonly faults = new Map<string, Fault[]>();
  readonly config: Config = { ...DEFAULT_CONFIG };
  readonly #path: string | undefined;
  #saving: NodeJS.Timeout | undefined;

  /** @param folder `undefined` keeps everything in memory */
  constructor(folder: string | undefined) {
    this.#path = folder === undefined ? undefined : join(folder, 'meta.json');
    if (this.#path !== undefined) this.#load(this.#path);
  }

  /** Soon: several changes make one write. */
  changed(): void {
    if (this.#path === undefined || this.#saving) return;
    this.#saving = setTimeout(() => this.save(), SAVE_AFTER_MS);
  }

  save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (this.#path === undefined) return;
    const kept: Kept = {
      numbers: [...this.numbers.values()],
      customers: [...this.customers.values()],
      templates: [...this.templates.values()],
      accepted: this.accepted,
      windows: Object.fromEntries(this.windows),
      written: Object.fromEntries(this.written),
    };
    writeFileSync(`${this.#path}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }

  /** Only this class writes the file, so its shape is taken on trust; a file that is not there is an empty one. */
  #load(path: string): void {
    let kept: Kept;
    try {
      kept = JSON.parse(readFileSync(path, 'utf8')) as Kept;
    } catch {
      return;
    }
    for (const number of kept.numbers) this.numbers.set(number.id, number);
    for (const customer of kept.customers) this.customers.set(customer.number, customer);
    for (const template of kept.templates) this.templates.set(template.id, template);
    for (const [key, at] of Object.entries(kept.windows)) this.windows.set(key, at);
    for (const [wamid, message] of Object.entries(kept.written)) this.written.set(wamid, message);
    this.accepted.push(...kept.accepted);
  }
}

export const windowKey = (phoneNumberId: string, customer: string): string => `${phoneNumberId}|${customer}`;

/** The first fault of this number that is left, used up by one. */
export function takeFault(store: Store, phoneNumberId: string): Fault | undefined {
  const faults = store.faults.get(phoneNumberId) ?? [];
  const fault = faults.find(({ remaining }) => remaining > 0);
  if (fault) fault.remaining--;
  return fault;
}
