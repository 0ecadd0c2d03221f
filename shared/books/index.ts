/**
 * The books (账务): immutable entries, and accounts that are always equal to their sums (FEE-2, FEE-3, FEE-7).
 *
 * A domain that moves money reads the account (`accountOf`), takes one pure step (`steps.ts`), and writes account, posting and
 * changed bills in one transaction (`store.ts`).
 */
export {
  type Account,
  type BillChange,
  balanceOf,
  creditOf,
  depositOf,
  type Held,
  type Lot,
  type Moves,
  mostBills,
  newAccount,
  type OpenBill,
  openOf,
  overdueOf,
} from './account.ts';
export {
  type Entry,
  type EntryKind,
  entryKinds,
  type Movement,
  overdrawn,
  type Sums,
  sums,
  total,
} from './entry.ts';
export {
  allocate,
  type BillState,
  charge,
  holdDeposit,
  isClear,
  lateFee,
  pay,
  refund,
  releasePayment,
  reverse,
  reverseDeposit,
  reverseRefund,
  type Stated,
  settle,
  takeDeposit,
  transfer,
  voidBill,
  waive,
} from './steps.ts';
export {
  accountOf,
  accountWrite,
  type BillStatus,
  billState,
  billStatusIndex,
  billWrite,
  entriesOf,
  type Posting,
  postingList,
  postingWrite,
} from './store.ts';
