import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ATTACHMENT_PREFIX } from '../shared/env.ts';
import { indexName, type ListIndex } from '../shared/table.ts';
import { type Config, isChina } from './config.ts';
import { acknowledge } from './nag.ts';

/** List indexes: every one is keyed by the office first, so the tenant role may read them. */
export const LIST_INDEXES: readonly ListIndex[] = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7'];
/** What is due, over all offices: the sweeper's. */
export const DUE_INDEX = 'due';
/** Logins and API keys, over all offices: the authorizer's. */
export const LOOKUP_INDEX = 'lookup';

/** What lists show of an item, and what a change or a cursor needs to know of it. */
const LISTED = ['list', 'v', 'et'];

/** All that is kept: the table, the attachments, the key both are encrypted with. Outlives the stack. */
export class DataStack extends Stack {
  /** The table in use: the stack's own, or one restored in its place. */
  readonly table: dynamodb.ITable;
  readonly attachments: s3.Bucket;
  /** Name under which other stacks import the bucket's ARN; cdk-nag names its findings by it. */
  readonly attachmentsExport: string;

  constructor(scope: Construct, id: string, props: StackProps & { config: Config }) {
    super(scope, id, props);
    const key = this.dataKey(props.config);
    const own = this.oneTable(props.config, key);
    this.table = props.config.restoredStreamArn
      ? this.restored(own, props.config.restoredStreamArn)
      : (own as dynamodb.ITable);
    this.attachments = this.attachmentsBucket(props.config, key);
    const imported: unknown = this.resolve(this.exportValue(this.attachments.bucketArn));
    this.attachmentsExport = (imported as { 'Fn::ImportValue': string })['Fn::ImportValue'];
  }

  private dataKey({ name, region }: Config): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: 'Data of all offices',
      alias: `${name}/data`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // As with the keys AWS manages itself: who may use the table may use its key, but only through the table.
    // Keeps key grants out of every role, where they could not be as narrow as this.
    const suffixes = isChina(region) ? ['amazonaws.com', 'amazonaws.com.cn'] : ['amazonaws.com'];
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'ThroughTheTableAndTheBucketOnly',
        principals: [new iam.AnyPrincipal()],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'kms:CallerAccount': this.account,
            'kms:ViaService': ['dynamodb', 's3'].flatMap((service) =>
              suffixes.map((suffix) => `${service}.${region}.${suffix}`),
            ),
          },
        },
      }),
    );
    return key;
  }

  private oneTable({ name }: Config, key: kms.Key): dynamodb.Table {
    const text = (attribute: string) => ({ name: attribute, type: dynamodb.AttributeType.STRING });
    const table = new dynamodb.Table(this, 'Table', {
      tableName: `${name}-data`,
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'ttl',
    });
    for (const index of LIST_INDEXES) {
      table.addGlobalSecondaryIndex({
        indexName: indexName(index),
        partitionKey: text(`${index}pk`),
        sortKey: text(`${index}sk`),
        projectionType: dynamodb.ProjectionType.INCLUDE,
        nonKeyAttributes: LISTED,
      });
    }
    table.addGlobalSecondaryIndex({
      indexName: DUE_INDEX,
      partitionKey: text('duePk'),
      sortKey: text('dueSk'),
      projectionType: dynamodb.ProjectionType.KEYS_ONLY,
    });
    table.addGlobalSecondaryIndex({
      indexName: LOOKUP_INDEX,
      partitionKey: text('lookupPk'),
      sortKey: text('lookupSk'),
      projectionType: dynamodb.ProjectionType.INCLUDE,
      nonKeyAttributes: LISTED,
    });
    return table;
  }

  /** A table that was restored beside the stack's own; that one stays as it is, for nobody. */
  private restored(own: dynamodb.Table, tableStreamArn: string): dynamodb.ITable {
    // Other stacks still import these while this one is deployed.
    for (const value of [own.tableArn, own.tableName, own.tableStreamArn]) if (value) this.exportValue(value);
    const tableArn = tableStreamArn.slice(0, tableStreamArn.indexOf('/stream/'));
    return dynamodb.Table.fromTableAttributes(this, 'Restored', { tableArn, tableStreamArn });
  }

  private attachmentsBucket({ consoleOrigins }: Config, key: kms.Key): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Attachments', {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'unfinished-parts', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { id: 'unchecked-uploads', prefix: `${ATTACHMENT_PREFIX.pending}/`, expiration: Duration.days(2) },
      ],
      ...(consoleOrigins.length > 0 && {
        cors: [
          {
            allowedMethods: [s3.HttpMethods.PUT, s3.HttpMethods.GET],
            allowedOrigins: [...consoleOrigins],
            allowedHeaders: ['content-type', 'content-length', 'x-amz-*'],
            maxAge: 3600,
          },
        ],
      }),
    });
    acknowledge(bucket, {
      S1: 'Objects are reached only through short-lived links; who asked for one is recorded in the table (CUST-1). Server access logs would add the addresses of residents to what is kept.',
    });
    return bucket;
  }
}
