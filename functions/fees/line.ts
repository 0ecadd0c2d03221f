import type { Fen } from '../../shared/money/index.ts';
import type { Text } from '../../shared/text.ts';
import type { Day } from '../../shared/time/index.ts';
import type { Cycle } from './cycle.ts';
import type {
  Assignment,
  Exception,
  Occupancy,
  Reading,
  Settings,
  Standard,
  StandardVersion,
  unbillable,
} from './schema.ts';

/** What a bill's line was computed from; `words.ts` puts it into words. Short, because every bill keeps its lines. */
export interface Line {
  standardId?: string;
  version?: number;
  kind: Standard['kind'];
  name: string;
  basis: Standard['basis'];
  /** area in m2, number, or what meters counted after multiplication */
  quantity: string;
  /** what is counted, where it follows from nothing else: 台, 小时 of a paid service */
  unit?: string;
  price?: string;
  /** how many months the price is for; absent where it is for the cycle or for metered units */
  months?: number;
  /** days charged of the days in the cycle, where not all are */
  days?: [number, number];
  /** before rounding and before anything is taken off, in fen */
  exact: string;
  /** rounded and split, before anything is taken off, where something is */
  gross?: Fen;
  off?: { why: 'vacant' | 'discount' | 'exempt' | 'fixed'; percent?: string; reason?: string };
  meter?: {
    id: string;
    from: string;
    to: string;
    multiplier: string;
    estimatedFrom?: number;
    changed?: boolean;
  };
  tier?: { above: string; upTo?: string };
  amount: Fen;
}

/** A bill as computed, not issued yet. */
export interface Draft {
  payerId: string;
  lines: Line[];
  total: Fen;
  dueDay: Day;
}

/** Something a person should see before bills go out. */
export interface Note {
  kind: 'exception' | 'estimated' | 'nobody';
  standardId?: string;
  words: Text;
}

/** A reading made up for a missing one; recorded with the bill. */
export interface Estimate {
  meterId: string;
  value: string;
}

export interface FeeFacts {
  occupancies: readonly Occupancy[];
  vacancies: readonly { from: Day; to?: Day | undefined }[];
  assignments: readonly Assignment[];
  exceptions: readonly Exception[];
  meters: readonly {
    id: string;
    kind: string;
    name?: string | undefined;
    multiplier: string;
    readings: readonly Reading[];
  }[];
}

export interface BillInput {
  /** the unit's area in m2; undefined where none is on file */
  area?: string | undefined;
  facts: FeeFacts;
  cycle: Cycle;
  standards: readonly Standard[];
  settings: Pick<Settings, 'vacantDiscount'>;
  dueDay(rule: StandardVersion['due']): Day;
}

/** Why a unit cannot be billed; it does not stop the others. */
export class Unbillable extends Error {
  readonly code: (typeof unbillable)[number];
  readonly words: Text;
  readonly standardId: string | undefined;
  constructor(code: Unbillable['code'], words: Text, standardId?: string) {
    super(words.en);
    this.name = 'Unbillable';
    this.code = code;
    this.words = words;
    this.standardId = standardId;
  }
}
