/** Something that runs from `start` to `stop`. `stop` also undoes a start that failed half-way. */
export interface Service {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

/** Starts services in order, stops them in reverse, each even if another fails to. */
export class ServiceGroup {
  readonly #services: readonly Service[];
  #started = 0;

  constructor(services: readonly Service[]) {
    this.#services = services;
  }

  async start(): Promise<void> {
    for (const service of this.#services) {
      this.#started += 1;
      await service.start();
    }
  }

  /** Throws one AggregateError if any failed to stop. */
  async stop(): Promise<void> {
    const errors: unknown[] = [];
    for (const service of this.#services.slice(0, this.#started).reverse()) {
      try {
        await service.stop();
      } catch (error) {
        errors.push(new Error(`${service.name} did not stop`, { cause: error }));
      }
    }
    this.#started = 0;
    if (errors.length > 0) throw new AggregateError(errors, 'Not every service stopped');
  }
}
