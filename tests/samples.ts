/** What tests of every kind send; plain data, so that each of them can import it. */

/** What a customer who is satisfied says on the telephone (CALLBACK-3). */
export const satisfied = {
  outcome: 'satisfied',
  method: 'phone',
  attitude: 'good',
  quality: 'good',
  charged: false,
  cashTaken: false,
  solved: true,
  score: 9,
} as const;

/** What they say on the page of the one-time link, as its form sends it; their name goes with it. */
export const confirmed = {
  solved: 'yes',
  satisfied: 'yes',
  attitude: 'good',
  quality: 'fair',
  charged: 'no',
  cashTaken: 'no',
  score: '10',
} as const;

/** The management fee of a property: by area, every month, due on the 10th. */
export const monthlyFee = (propertyId: string) => ({
  propertyId,
  kind: 'management',
  name: '物业管理费',
  basis: 'area',
  cycle: 'month',
  from: '2026-01-01',
  price: '2.35',
  payer: 'owner',
  due: { kind: 'dayOfMonth', day: 10 },
});
