import type { Route } from '../../shared/http/route.ts';
import { arrearsRoutes } from './arrears.ts';
import { depositRoutes } from './deposits.ts';
import { ledgerRoutes } from './ledger.ts';
import { paymentRoutes } from './payments.ts';
import { refundRoutes } from './refunds.ts';
import { refundReversalRoutes } from './reverseRefund.ts';
import { waiverRoutes } from './waive.ts';

export const routes: Route[] = [
  ...paymentRoutes,
  ...refundRoutes,
  ...refundReversalRoutes,
  ...depositRoutes,
  ...ledgerRoutes,
  ...arrearsRoutes,
  ...waiverRoutes,
];
