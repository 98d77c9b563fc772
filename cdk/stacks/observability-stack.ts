import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Cluster, FargateService } from 'aws-cdk-lib/aws-ecs';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { JobClass } from '../../shared/contracts/jobs.ts';
import { RunbookAlarm, type RunbookAlarmProps } from '../constructs/runbook-alarm.ts';
import type { WorkQueue } from '../constructs/work-queue.ts';
import type { ControlPlaneStack } from './control-plane-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { FleetStack } from './fleet-stack.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly data: DataStack;
  readonly controlPlane: ControlPlaneStack;
  readonly fleet: FleetStack | undefined;
}

const MINUTE = Duration.minutes(1);
/** Beyond it somebody should look. */
const LONGEST_WAIT: Readonly<Record<JobClass, Duration>> = {
  critical: MINUTE, high: Duration.minutes(2), default: Duration.minutes(15), low: Duration.hours(2),
};

/** Alarms over more than one queue; a queue's own dead letters are watched where the queue is made. */
export class ObservabilityStack extends Stack {
  readonly #data: DataStack;

  constructor(scope: Construct, id: string, { data, controlPlane, fleet, ...props }: ObservabilityStackProps) {
    super(scope, id, props);
    this.#data = data;
    this.#watchApi(controlPlane);
    this.#watchSessionEvents();
    this.#watchJobs();
    if (fleet) this.#showQueues(); // LocalStack's free tier has no dashboards
    const { realtime } = controlPlane;
    this.#watchSchedules({ ...controlPlane.schedules, ...(realtime && { dropSilentConnections: realtime.dropSilentConnections }), ...(fleet && { scaleFleet: fleet.scaling.function }) });
    if (fleet) this.#watchFleet(fleet);
  }

  #alarm(id: string, props: Omit<RunbookAlarmProps, 'topic'>): void {
    new RunbookAlarm(this, id, { ...props, topic: this.#data.alarms });
  }

  #watchApi({ api }: ControlPlaneStack): void {
    this.#alarm('ApiErrors', {
      metric: api.metricServerError({ period: MINUTE, statistic: Stats.SUM }),
      threshold: 5,
      evaluationPeriods: 3,
      summary: 'The API answered 5xx five times a minute for three minutes.',
      runbook: 'api-errors',
    });
  }

  #watchSessionEvents(): void {
    const { queue } = this.#data.sessionEvents;
    this.#alarm('SessionEventsBacklog', {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: Stats.MAXIMUM }),
      threshold: Duration.minutes(2).toSeconds(),
      evaluationPeriods: 3,
      summary: 'Session events wait for more than two minutes.',
      runbook: 'session-events-backlog',
    });
  }

  #watchJobs(): void {
    for (const [jobClass, { name, queue }] of Object.entries(this.#data.jobs)) {
      this.#alarm(`${jobClass}JobsBacklog`, {
        metric: queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: Stats.MAXIMUM }),
        threshold: LONGEST_WAIT[jobClass as JobClass].toSeconds(),
        evaluationPeriods: 5,
        summary: `The oldest job of ${name} has waited for more than ${LONGEST_WAIT[jobClass as JobClass].toHumanString()}.`,
        runbook: 'jobs-backlog',
      });
    }
  }

  /** Depth, age and dead letters of every queue, each in one graph. */
  #showQueues(): void {
    const graph = (title: string, metricOf: (queue: WorkQueue) => IMetric): GraphWidget =>
      new GraphWidget({ title, width: 24, left: this.#data.queues.map(metricOf) });
    const options = ({ name }: WorkQueue) => ({ label: name, period: MINUTE, statistic: Stats.MAXIMUM });
    new Dashboard(this, 'Queues', {
      widgets: [
        [graph('Age of the oldest message, s', (queue) => queue.queue.metricApproximateAgeOfOldestMessage(options(queue)))],
        [graph('Messages that wait', (queue) => queue.queue.metricApproximateNumberOfMessagesVisible(options(queue)))],
        [graph('Dead letters', (queue) => queue.deadLetters.metricApproximateNumberOfMessagesVisible(options(queue)))],
      ],
    });
  }

  #watchSchedules({ cleanUpSessions, ...everyMinute }: Readonly<Record<string, IFunction>> & { readonly cleanUpSessions: IFunction }): void {
    this.#alarm('cleanUpSessionsFailing', {
      metric: cleanUpSessions.metricErrors({ period: Duration.hours(1), statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 3,
      summary: 'cleanUpSessions failed three hours in a row.',
      runbook: 'schedules-failing',
    });
    for (const [name, job] of Object.entries(everyMinute)) {
      this.#alarm(`${name}Failing`, {
        metric: job.metricErrors({ period: Duration.minutes(5), statistic: Stats.SUM }),
        threshold: 3,
        summary: `${name} failed three times in five minutes.`,
        runbook: 'schedules-failing',
      });
    }
  }

  #watchFleet({ cluster, service }: FleetStack): void {
    this.#alarm('FleetShort', {
      metric: missingTasks(cluster, service),
      threshold: 1,
      evaluationPeriods: 10,
      summary: 'For ten minutes the fleet has had fewer tasks than it should.',
      runbook: 'fleet-short',
    });
  }
}

function missingTasks({ clusterName }: Cluster, { serviceName }: FargateService): IMetric {
  const count = (metricName: string): Metric =>
    new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName,
      dimensionsMap: { ClusterName: clusterName, ServiceName: serviceName },
      period: MINUTE,
      statistic: Stats.MINIMUM,
    });
  return new MathExpression({
    expression: 'desired - running',
    usingMetrics: { desired: count('DesiredTaskCount'), running: count('RunningTaskCount') },
    period: MINUTE,
  });
}
