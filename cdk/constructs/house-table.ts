import { RemovalPolicy } from 'aws-cdk-lib';
import { type Attribute, AttributeType, BillingMode, type CfnTable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { TableSchema } from '../../shared/contracts/table-schema.ts';
import type { HouseKey } from './house-key.ts';

export interface HouseTableProps {
  readonly schema: TableSchema;
  readonly key: HouseKey;
  readonly name: string | undefined;
  readonly isDisposable: boolean;
}

const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const CHECK = 'dynamodb:ConditionCheckItem';
const WRITE = [
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  CHECK,
];
const BULK_WRITE = ['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate'];

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });

/** An on-demand table of `TABLES`, under our key, with point-in-time recovery. Nobody is ever granted a scan. */
export class HouseTable extends Construct {
  readonly table: Table;
  readonly #key: HouseKey;
  readonly #indexNames: readonly string[];

  constructor(scope: Construct, id: string, { schema, key, name, isDisposable }: HouseTableProps) {
    super(scope, id);
    this.#key = key;
    this.#indexNames = schema.indexes.map((index) => index.name);
    this.table = new Table(this, 'Table', {
      tableName: name,
      partitionKey: text(schema.partitionKey),
      sortKey: text(schema.sortKey),
      timeToLiveAttribute: schema.ttlAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: !isDisposable,
      removalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    for (const index of schema.indexes) this.#addIndex(index);
    (this.table.node.defaultChild as CfnTable).overrideLogicalId(`${id}Table`); // the local host finds it by this
  }

  get tableName(): string {
    return this.table.tableName;
  }

  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, READ);
    this.#key.grantRead(grantee);
  }

  /** Single items by their keys, read and put. */
  grantItems(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem']);
    this.#key.grantWrite(grantee);
  }

  /** Reading, and holding a write elsewhere against what stands here. */
  grantCheck(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.#grant(grantee, [CHECK]);
  }

  /** Reading too: a conditional write may return the item. */
  grantWrite(grantee: IGrantable): void {
    this.#grant(grantee, [...READ, ...WRITE]);
    this.#key.grantWrite(grantee);
  }

  /** And `BatchExecuteStatement`, which alone writes many items, each on a condition, at one write unit a kilobyte. */
  grantBulkWrite(grantee: IGrantable): void {
    this.grantWrite(grantee);
    this.#grant(grantee, BULK_WRITE);
  }

  #grant(grantee: IGrantable, actions: string[]): void {
    const { tableArn } = this.table;
    const resourceArns = [tableArn, ...this.#indexNames.map((name) => `${tableArn}/index/${name}`)];
    Grant.addToPrincipal({ grantee, actions, resourceArns });
  }

  #addIndex({ name, partitionKey, sortKey }: TableSchema['indexes'][number]): void {
    this.table.addGlobalSecondaryIndex({ indexName: name, partitionKey: text(partitionKey), sortKey: text(sortKey) });
  }
}
