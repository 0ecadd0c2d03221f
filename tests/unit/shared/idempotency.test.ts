import { describe, expect, it } from 'vitest';
import { Idempotency, Replay } from '../../../shared/idempotency.ts';
import { newId } from '../../../shared/ids.ts';

const now = Date.parse('2026-09-30T03:00:00Z');
const request = () =>
  new Idempotency({ tenantId: newId('tenant'), caller: 'staff:a', key: 'k', request: 'POST /x', now });

/** What a repetition is answered with when the first answer was `reply`. */
function replayed(reply: Parameters<Idempotency['record']>[0]) {
  const one = request();
  const write = one.record(reply);
  try {
    one.settle('put' in write ? write.put : undefined);
  } catch (error) {
    if (error instanceof Replay) return error.reply;
    throw error;
  }
  return undefined;
}

describe('the record of an answer', () => {
  it('gives the answer again, word for word', () => {
    const reply = { status: 201, headers: { location: '/v1/x' }, body: { a: '长', b: null } };
    expect(replayed(reply)).toEqual(reply);
  });

  it('gives an answer without a body again without one', () => {
    expect(replayed({ status: 204 })).toEqual({ status: 204, headers: {} });
  });
});
