import type { LogFile } from '../log-file.ts';
import { FunctionPool } from './function-pool.ts';
import type { FunctionSpec } from './function-sandbox.ts';

const FUNCTION_ARN = /:function:([\w-]+)/; // a version or alias may follow

/** All functions of the template, each in sandboxes of its own. */
export class Functions {
  readonly #pools: ReadonlyMap<string, FunctionPool>;

  constructor(specs: readonly FunctionSpec[], log: LogFile) {
    this.#pools = new Map(specs.map((spec) => [spec.functionName, new FunctionPool(spec, log)]));
  }

  /** By name, or by any ARN that contains the function's. Throws if the template has no such function. */
  get(nameOrArn: string): FunctionPool {
    const name = FUNCTION_ARN.exec(nameOrArn)?.[1] ?? nameOrArn;
    const pool = this.#pools.get(name);
    if (!pool) throw new Error(`The template has no function ${name} that can run here`);
    return pool;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
  }
}
