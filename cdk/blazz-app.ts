import { App, type AppProps } from 'aws-cdk-lib';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { ControlPlaneStack } from './stacks/control-plane-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { FleetStack } from './stacks/fleet-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { stageSettings } from './stages.ts';

/**
 * Imports between stacks stay `Fn::ImportValue`, which keeps a table from going while a function still names it.
 * The flags recommended for new projects would use `Fn::GetStackOutput`: no such guard, and unknown to LocalStack 4.
 */
const FLAGS = { ...featureFlags, '@aws-cdk/core:defaultCrossStackReferences': 'strong' };

/** An app with the flags in code, so that it comes out the same under the CLI, the local host and tests. */
export const makeApp = (props: AppProps = {}): App =>
  new App({ analyticsReporting: false, ...props, context: { ...FLAGS, ...props.context } });

export type Stacks = ReturnType<typeof makeStacks>;

/** The stacks of the stage that the app's context names; network and fleet only where the stage has a fleet. */
export function makeStacks(app: App) {
  const settings = stageSettings({ get: (name) => app.node.tryGetContext(name) as unknown });
  const { env, isDisposable, fleet } = settings;
  const shared = { env, terminationProtection: !isDisposable };
  const id = (stack: string): string => `blazz-${settings.name}-${stack}`;
  const data = new DataStack(app, id('data'), { ...shared, settings });
  const network =
    fleet && new NetworkStack(app, id('network'), { ...shared, natGateways: fleet.natGateways, logs: data.logs });
  const controlPlane = new ControlPlaneStack(app, id('control-plane'), {
    ...shared,
    settings,
    data,
    network: network?.functions,
  });
  const fleetStack =
    network && new FleetStack(app, id('fleet'), { ...shared, fleet, isDisposable, data, network });
  new ObservabilityStack(app, id('observability'), { ...shared, data, controlPlane, fleet: fleetStack });
  return { settings, data, network, controlPlane, fleet: fleetStack };
}
