import type { Town } from '../../life/town.ts';

/** A property of its own with few units: what is charged there does not speak of the office's other ones. */
export class Estate {
  readonly town: Town;
  readonly propertyId: string;
  private n = 0;

  private constructor(town: Town, propertyId: string) {
    this.town = town;
    this.propertyId = propertyId;
  }

  static async of(town: Town): Promise<Estate> {
    return new Estate(town, (await town.ask('createProperty', { but: { name: '别苑' } })).id);
  }

  /** A unit of 100 m2, if nothing else is said. */
  async unit(but: Record<string, unknown> = {}): Promise<string> {
    const { propertyId } = this;
    const place = { propertyId, building: '1栋', number: `${++this.n}01`, areaM2: 100 };
    return (await this.town.ask('createUnit', { but: { ...place, ...but } })).id;
  }

  async payer(unitId: string, name = '张伟', kind = 'owner'): Promise<string> {
    return (await this.town.ask('createCustomer', { but: { unitId, name, kind } })).id;
  }

  /** A unit with somebody who owns it since long ago, and what else its file says. */
  async owned(
    file: Record<string, unknown> = {},
    but: Record<string, unknown> = {},
  ): Promise<{ unit: string; owner: string }> {
    const unit = await this.unit(but);
    const owner = await this.payer(unit);
    const occupancies = [{ payerId: owner, role: 'owner', from: '2025-01-01' }];
    await this.town.ask('setUnitFees', { id: unit, body: { occupancies, ...file } });
    return { unit, owner };
  }

  /** A fee of 1 yuan, due so late that nobody is reminded meanwhile, if nothing else is said. */
  async standard(but: Record<string, unknown> = {}): Promise<string> {
    const due = { kind: 'dayOfMonth', day: 20, monthsAfter: 24 };
    const of = { propertyId: this.propertyId, price: '1', due };
    return (await this.town.ask('createFeeStandard', { but: { ...of, ...but } })).id;
  }

  /** A run with all that follows from it. */
  async run(cycle: string, but: Record<string, unknown> = {}): Promise<string> {
    const { town, propertyId } = this;
    const { id } = await town.ask('createBillRun', { but: { propertyId, cycle, ...but } });
    await town.settle();
    return id;
  }

  /** A run whose bills are issued. */
  async issued(cycle: string): Promise<string> {
    const { town } = this;
    const id = await this.run(cycle);
    await town.ask('issueBillRun', { id });
    await town.settle();
    await town.ask('getBillRun', { id });
    return id;
  }

  /** A unit's bills as they are shown, the newest first. */
  async bills(unitId: string): Promise<{ id: string; payerId: string; cycle: string }[]> {
    const { items } = await this.town.ask('listBills', { query: { unitId } });
    for (const { id } of items) await this.town.ask('getBill', { id });
    return items;
  }
}
