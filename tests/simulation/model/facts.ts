import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Cursors } from '../../../shared/cursor.ts';
import { type DomainEvent, eventOf } from '../../../shared/history.ts';
import { type Obligation, parse } from '../../../shared/obligations/index.ts';
import { type Item, OfficeTable } from '../../../shared/table.ts';
import type { Outcome } from '../service/client.ts';
import type { Run } from '../simulate.ts';
import type { Memory } from '../town/memory.ts';
import type { Office } from '../town/office.ts';
import { Times } from './time.ts';

const cursors = new Cursors('a secret for simulations, long enough');

/** All that is left of an office after a run, sorted for the model: what it was told, what it stored. */
export class Facts {
  readonly run: Run;
  readonly memory: Memory;
  readonly office: Office;
  readonly table: OfficeTable;
  readonly items: Item[];
  readonly events: DomainEvent[];
  readonly byType = new Map<string, Item[]>();
  readonly outcomes: Outcome[];
  readonly obligations: Obligation[];
  /** Without and with the calendar of the next year. */
  readonly times: { before: Times; after: Times };
  readonly end: number;

  constructor(run: Run, memory: Memory, items: Item[]) {
    const { table } = run.cloud;
    this.run = run;
    this.memory = memory;
    this.office = memory.office;
    this.end = run.cloud.world.now;
    this.table = new OfficeTable({
      tenantId: this.office.tenantId,
      client: { send: async (command: object) => table.send(command) } as unknown as DynamoDBDocumentClient,
      tableName: 'simulated',
      cursors,
    });
    this.items = items;
    for (const item of items) {
      const all = this.byType.get(item.et) ?? [];
      this.byType.set(item.et, all);
      all.push(item);
    }
    this.events = this.all('event').map(eventOf);
    this.outcomes = memory.outcomes;
    this.obligations = this.all('obligation').map(parse);
    const { hours } = this.office;
    this.times = { before: new Times(hours, false), after: new Times(hours, true) };
  }

  all(et: string): Item[] {
    return this.byType.get(et) ?? [];
  }

  /** Whether the office was suspended at some moment of a stretch. */
  suspendedIn(from: number, to: number): boolean {
    return this.memory.suspensions.some((one) => one.from <= to && one.to >= from);
  }
}

/** Says what is wrong; collects it. */
export type Say = (text: string) => void;
