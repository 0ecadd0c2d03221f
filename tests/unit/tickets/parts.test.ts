import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Move, moves } from '../../../functions/tickets/life.ts';
import { planOf } from '../../../functions/tickets/lists.ts';
import { looksLike } from '../../../functions/tickets/magic.ts';
import { decide } from '../../../functions/tickets/rules.ts';
import { type ContentType, contentTypes } from '../../../functions/tickets/schema.ts';
import { dueMoved, itemOf, objectOf, summaryOf, ticketOf } from '../../../functions/tickets/store.ts';
import { hashOf, makeToken, readToken } from '../../../functions/tickets/token.ts';
import { newId } from '../../../shared/ids.ts';
import { tick } from '../../../shared/keys.ts';
import { obligationId } from '../../../shared/obligations/index.ts';
import { Refusal } from '../../../shared/problem.ts';
import { commands, due, received, settled } from './support.ts';

const tenant = newId('tenant');

describe('a ticket as an item', () => {
  const full = {
    id: newId('ticket'),
    unitId: newId('unit'),
    ownerId: newId('staff'),
    category: '供水',
    reporter: { name: '李女士', phone: '+86 138 0013 8000' },
    urgent: true,
    kind: 'repair',
  } as const;

  it('comes back as it was after any steps', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...moves), { maxLength: 15 }), fc.boolean(), (path, filled) => {
        let ticket = received(filled ? full : {});
        for (const move of path as Move[]) {
          try {
            ticket = settled(decide(ticket, commands[move]));
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
        }
        const back = ticketOf(structuredClone(itemOf(tenant, ticket)));
        expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(ticket)));
      }),
    );
  });

  it('stands in the lists of what is due only while it is open', () => {
    const item = itemOf(tenant, received(full));
    expect(Object.keys(item).filter((name) => /^g\dpk$/.test(name))).toHaveLength(7);
    const closed = settled(
      decide(settled(decide(received(full), commands.resolve)), commands['callback.satisfied']),
    );
    const ended = itemOf(tenant, closed);
    expect(Object.keys(ended).filter((name) => /^g\dpk$/.test(name))).toEqual([
      'g1pk',
      'g2pk',
      'g3pk',
      'g4pk',
    ]);
  });

  it('names only the office in every key', () => {
    const item = itemOf(tenant, received(full));
    const partitions = Object.entries(item).filter(([name]) => /pk$/i.test(name));
    for (const [, value] of partitions) expect(String(value).startsWith(`${tenant}#`)).toBe(true);
  });

  it('is shown in lists without what is private', () => {
    const { rest: _, ...indexed } = itemOf(tenant, received(full));
    const summary = summaryOf(indexed);
    expect(summary).toMatchObject({ id: full.id, dueAt: due, urgent: true, status: 'received' });
    expect(JSON.stringify(indexed)).not.toContain('李女士');
    expect(objectOf(indexed)).toBe(full.id);
  });

  it('moves in the lists when an obligation was reckoned again, and only then', () => {
    const ticket = received();
    const item = itemOf(tenant, ticket);
    const [owed] = ticket.obligations;
    const later = '2026-10-09T09:30:00.000Z';
    const write = dueMoved(item, { id: obligationId(ticket.id, owed?.key ?? ''), dueAt: later });
    expect(write).toMatchObject({ expect: { version: 1 }, put: { v: 2, g6sk: tick(later) } });
    expect(dueMoved(item, { id: newId('obligation'), dueAt: later })).toBeUndefined();
  });
});

describe('a one-time link', () => {
  const ticket = newId('ticket');
  const token = makeToken('secret', tenant, ticket, Buffer.alloc(16, 7));

  it('says which office and ticket it is for, in letters that no messenger breaks', () => {
    expect(readToken('secret', token)).toEqual({ tenantId: tenant, ticketId: ticket });
    expect(token).toMatch(/^[\w-]{106}$/);
    expect(hashOf(token)).not.toContain(token.slice(0, 20));
  });

  it('is refused when a single letter differs, or the secret', () => {
    for (let i = 0; i < token.length; i++) {
      const forged = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
      expect(readToken('secret', forged)).toBeUndefined();
    }
    expect(readToken('another', token)).toBeUndefined();
    for (const text of ['', 'x', `${token}A`, token.slice(1), '\u0130'.repeat(106)]) {
      expect(readToken('secret', text)).toBeUndefined();
    }
  });
});

describe('the first bytes of a file', () => {
  const box = (brand: string) => Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0`, 'latin1');
  const samples: Record<ContentType, Buffer> = {
    'image/jpeg': Buffer.from('ffd8ffe000104a46', 'hex'),
    'image/png': Buffer.from('89504e470d0a1a0a0000', 'hex'),
    'image/webp': Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1'),
    'image/heic': box('heic'),
    'application/pdf': Buffer.from('%PDF-1.7\n'),
    'video/mp4': box('avc1'),
    'audio/mp4': box('M4A '),
  };

  it.each(contentTypes.flatMap((type) => contentTypes.map((file) => [type, file] as const)))(
    'declared %s, being %s',
    (type, file) => {
      expect(looksLike(type, samples[file])).toBe(type === file);
    },
  );

  it('of a page or a program are none of them', () => {
    for (const text of ['<!doctype html>', 'MZ\x90\0\x03', '#!/bin/sh', '', 'RIFF....WAVE']) {
      for (const type of contentTypes) expect(looksLike(type, Buffer.from(text, 'latin1'))).toBe(false);
    }
  });
});

describe('a list', () => {
  const property = 'prp_1';
  const plan = (query: Parameters<typeof planOf>[1], staffId?: string) => planOf('ten_1', query, { staffId });

  it.each([
    [{}, 'g1', 'descending'],
    [{ propertyId: property }, 'g2', 'descending'],
    [{ unitId: 'unt_1' }, 'g3', 'descending'],
    [{ status: 'closed' }, 'g4', 'descending'],
    [{ sort: 'due' }, 'g6', 'ascending'],
    [{ sort: 'due', propertyId: property }, 'g5', 'ascending'],
    [{ view: 'open' }, 'g6', 'ascending'],
    [{ view: 'overdue', propertyId: property }, 'g5', 'ascending'],
    [{ view: 'unfinished' }, 'g6', 'ascending'],
    [{ view: 'desk' }, 'g7', 'ascending'],
    [{ view: 'desk', ownerId: 'stf_2' }, 'g7', 'ascending'],
    [{ view: 'unowned' }, 'g7', 'ascending'],
  ] as const)('%j is one query on %s, %s', (query, index, order) => {
    expect(plan(query, 'stf_1')).toMatchObject({ index, order });
  });

  it.each([
    { status: 'closed', propertyId: property },
    { status: 'closed', sort: 'due' },
    { unitId: 'unt_1', sort: 'due' },
    { propertyId: property, unitId: 'unt_1' },
    { ownerId: 'stf_1' },
    { view: 'open', sort: 'newest' },
    { view: 'open', status: 'received' },
    { view: 'desk', propertyId: property },
    { view: 'overdue', ownerId: 'stf_1' },
    { view: 'unowned', ownerId: 'stf_1' },
  ] as const)('%j is served by no index and refused, with what is possible', (query) => {
    expect(() => plan(query, 'stf_1')).toThrow(Refusal);
  });

  it('of a desk needs somebody whose desk it is', () => {
    expect(() => plan({ view: 'desk' })).toThrow(Refusal);
  });
});
