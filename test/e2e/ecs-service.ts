import { DescribeServicesCommand, ECSClient, ListServicesCommand, UpdateServiceCommand, type Service } from '@aws-sdk/client-ecs';
import type { Stack } from './stack.ts';

/** The fleet's service as an operator sees it: through the SDK. */
export class EcsService {
  readonly #ecs: ECSClient;

  constructor({ local }: Stack) {
    this.#ecs = new ECSClient({ endpoint: local.endpoints.ecs, region: 'eu-central-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
  }

  async describe(): Promise<Service> {
    const { services } = await this.#ecs.send(new DescribeServicesCommand({ services: [await this.#name()] }));
    return services?.[0] ?? {};
  }

  /** Begins to replace every task by one like it. */
  async redeploy(): Promise<void> {
    await this.#ecs.send(new UpdateServiceCommand({ service: await this.#name(), forceNewDeployment: true }));
  }

  async isRolledOut(): Promise<boolean> {
    const { deployments = [] } = await this.describe();
    return deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED';
  }

  close(): void {
    this.#ecs.destroy();
  }

  async #name(): Promise<string> {
    const { serviceArns } = await this.#ecs.send(new ListServicesCommand({}));
    return serviceArns?.[0] ?? '';
  }
}
