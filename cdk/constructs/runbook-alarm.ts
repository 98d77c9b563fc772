import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface RunbookAlarmProps {
  readonly metric: IMetric;
  /** The alarm sounds at or over this. */
  readonly threshold: number;
  readonly evaluationPeriods?: number;
  readonly comparisonOperator?: ComparisonOperator;
  readonly treatMissingData?: TreatMissingData;
  /** What is wrong, in one sentence; the page of the same name says what to do. */
  readonly summary: string;
  /** Name of a page in docs/runbooks. */
  readonly runbook: string;
  readonly topic: ITopic;
}

/** An alarm that tells the topic, and whoever it wakes, which runbook to open. */
export class RunbookAlarm extends Alarm {
  constructor(scope: Construct, id: string, { summary, runbook, topic, ...props }: RunbookAlarmProps) {
    super(scope, id, {
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
      alarmDescription: `${summary} Runbook: docs/runbooks/${runbook}.md`,
    });
    this.addAlarmAction(new SnsAction(topic));
    this.addOkAction(new SnsAction(topic));
  }
}
