import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { HouseKey } from './house-key.ts';

export interface MetaProviderProps {
  /** For what lies in Secrets Manager. */
  readonly key: HouseKey;
  /** Makes a physical name of a short one, or `undefined`. */
  readonly named: (name: string) => string | undefined;
  readonly isDisposable: boolean;
}

/**
 * What numbers at Meta need: a key that wraps the data keys of their access tokens, and the two secrets that webhooks of
 * Meta are known by. Both are random until somebody puts in the app's own (docs/meta.md), so that nobody can sign before.
 */
export class MetaProvider extends Construct {
  readonly credentialsKey: HouseKey;
  readonly appSecret: Secret;
  readonly verifyToken: Secret;
  readonly #key: HouseKey;

  constructor(scope: Construct, id: string, { key, named, isDisposable }: MetaProviderProps) {
    super(scope, id);
    this.#key = key;
    this.credentialsKey = new HouseKey(this, 'CredentialsKey', { description: 'Access tokens of numbers at Meta', alias: named('credentials'), isDisposable });
    const secret = (logicalId: string, name: string, description: string): Secret => {
      const made = new Secret(this, logicalId, {
        secretName: named(name),
        description,
        encryptionKey: key,
        generateSecretString: { passwordLength: 32, excludePunctuation: true },
        removalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      });
      (made.node.defaultChild as CfnSecret).overrideLogicalId(logicalId); // the local host finds it by this
      return made;
    };
    this.appSecret = secret('MetaAppSecret', 'meta-app-secret', 'App secret of the app at Meta: signs its webhooks');
    this.verifyToken = secret('MetaVerifyToken', 'meta-verify-token', 'Typed in at Meta, which says it when it sets a webhook up');
  }

  /** To store and to use access tokens. */
  grantSealing(grantee: IGrantable): void {
    this.credentialsKey.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
  }

  /** To use access tokens that are stored. */
  grantOpening(grantee: IGrantable): void {
    this.credentialsKey.grant(grantee, 'kms:Decrypt');
  }

  /** To know Meta's webhooks. */
  grantVerifying(grantee: IGrantable): void {
    const resourceArns = [this.appSecret.secretArn, this.verifyToken.secretArn];
    Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns });
    this.#key.grantRead(grantee);
  }
}
