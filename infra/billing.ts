import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ENV } from '../shared/env.ts';
import type { Config } from './config.ts';
import type { DataStack } from './data.ts';
import { ServiceFunction } from './function.ts';
import { bills } from './grants.ts';
import { queuePair, works } from './queues.ts';

export interface BillingStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
}

/** Bill runs in the background: a queue of chunks and who works on it. */
export class BillingStack extends Stack {
  readonly queue: sqs.Queue;
  readonly dead: sqs.Queue;
  readonly biller: ServiceFunction;

  constructor(scope: Construct, id: string, props: BillingStackProps) {
    super(scope, id, props);
    const { config, data } = props;
    const timeout = Duration.seconds(60);
    ({ queue: this.queue, dead: this.dead } = queuePair(this, config, 'billing', timeout));
    this.biller = new ServiceFunction(this, 'biller', {
      config,
      description: 'Computes and issues the bills of bill runs, a chunk of units at a time',
      timeout,
      environment: { [ENV.tableName]: data.table.tableName, [ENV.billingQueueUrl]: this.queue.queueUrl },
    });
    bills(this.biller, data.table, [this.queue]);
    // A run of a hundred thousand units must not take the functions that the desks wait for.
    works(this.biller, this.queue, 5, 10);
  }
}
