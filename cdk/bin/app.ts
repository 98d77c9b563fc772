import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { acknowledgeFindings } from '../acknowledged-findings.ts';
import { makeApp, makeStacks } from '../blazz-app.ts';

const app = makeApp();
const stacks = makeStacks(app);
if (stacks.settings.name === 'local') {
  // Nothing of it is deployed, and whoever types `npm start` waits: no checks, which take two thirds of a synthesis.
  process.env['CDK_VALIDATION'] = 'false';
} else {
  acknowledgeFindings(stacks);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();
