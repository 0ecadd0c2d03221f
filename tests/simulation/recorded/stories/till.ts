import type { Town, Wish } from '../../life/town.ts';

/** What stories about money do over and over. */
export interface Till {
  /** Issues a bill of one line, by a reference of its own; answers its id. */
  bill(reference: string, price: string, but?: Record<string, unknown>): Promise<string>;
  /** Books a payment, by a name of its own; answers its id. */
  paid(externalId: string, amount: string, but?: Record<string, unknown>): Promise<string>;
  /** Looks at a list, a page after the other. */
  pages(id: string, query: Record<string, string>, wish?: Wish): Promise<void>;
  /** A unit with a customer of its own. */
  home(number: string, name: string, of?: { building?: string; propertyId?: string }): Promise<Home>;
}

export type Home = { unitId: string; payerId: string };

/** The id of a kind that nothing has. */
export const missing = (kind: string) => `${kind}_01JZ00000000000000000000ZZ`;

export function tillOf(town: Town): Till {
  return {
    bill: async (reference, price, but) =>
      (
        await town.ask('createBill', {
          but: { reference, dueDay: '2026-08-25', lines: [{ name: '维修', price, quantity: '1' }], ...but },
        })
      ).id,
    paid: async (externalId, amount, but) =>
      (await town.ask('createPayment', { but: { externalId, amount, ...but } })).id,
    async pages(id, query, wish) {
      let cursor: string | undefined;
      do {
        const page = await town.ask(id, { ...wish, query: { ...query, ...(cursor && { cursor }) } });
        cursor = page.next;
      } while (cursor);
    },
    async home(number, name, { building = '3栋', propertyId = town.mine.prp } = {}) {
      const unitId = (await town.ask('createUnit', { but: { propertyId, building, number } })).id;
      const payerId = (await town.ask('createCustomer', { but: { unitId, name } })).id;
      return { unitId, payerId };
    },
  };
}
