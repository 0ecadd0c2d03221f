import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyScopes, type Role, roles, scopes, scopesOf } from '../../../shared/access.ts';
import { tenantOf } from '../../../shared/actor.ts';
import { Cursors } from '../../../shared/cursor.ts';
import { append, type Head, hashOf, noHistory } from '../../../shared/history.ts';
import { derivedId, idPattern, newId, prefixes } from '../../../shared/ids.ts';
import { dueShard, dueShards } from '../../../shared/keys.ts';
import { problemDocument, problems, Refusal } from '../../../shared/problem.ts';
import { languageOf } from '../../../shared/text.ts';

describe('an id', () => {
  it('has the form of its kind, new or derived', () => {
    for (const kind of Object.keys(prefixes) as (keyof typeof prefixes)[]) {
      expect(newId(kind)).toMatch(idPattern(kind));
      expect(derivedId(kind, 'a', 'b')).toMatch(idPattern(kind));
    }
  });

  it('is never the same twice, and its chance uses every digit', () => {
    const made = Array.from({ length: 2000 }, () => newId('ticket', 0));
    expect(new Set(made).size).toBe(made.length);
    const drawn = made.map((id) => id.slice(-16));
    for (let at = 0; at < 16; at++) expect(new Set(drawn.map((text) => text[at])).size).toBe(32);
  });

  it('derived from other parts is another, wherever the parts are cut', () => {
    const parts = fc.array(fc.string(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        expect(derivedId('ticket', ...a) === derivedId('ticket', ...b)).toBe(same);
      }),
    );
  });
});

describe('the due index', () => {
  it('spreads ten thousand items so that its fullest part has less than 1.5 times the mean', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const shard = dueShard(derivedId('obligation', String(i)));
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect(counts.size).toBe(dueShards);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual((1.5 * 10_000) / dueShards);
  });
});

describe('a cursor', () => {
  const cursors = new Cursors('0123456789abcdef');
  it('opens for the scope it was sealed for and for no other', () => {
    const text = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(text, text), text, text, (position, scope, other) => {
        const sealed = cursors.seal(position, scope);
        expect(cursors.open(sealed, scope)).toEqual({ ...position });
        if (other !== scope) expect(() => cursors.open(sealed, other)).toThrow(Refusal);
      }),
    );
  });

  it('changed in any one character is refused', () => {
    const sealed = cursors.seal({ pk: 'a', sk: 'b' }, 's');
    for (let i = 0; i < sealed.length; i++) {
      const forged = `${sealed.slice(0, i)}${sealed[i] === 'A' ? 'B' : 'A'}${sealed.slice(i + 1)}`;
      expect(() => cursors.open(forged, 's')).toThrow(Refusal);
    }
  });

  it('shows nothing of the keys it holds', () => {
    const sealed = cursors.seal({ pk: 'ten_A#properties', sk: 'b' }, 's');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toMatch(/ten_|properties|pk/);
  });

  it('is not made with a secret too short to be one', () => {
    expect(() => new Cursors('short')).toThrow(/16 characters/);
  });
});

describe('Accept-Language', () => {
  it.each([
    [undefined, 'en'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en;q=0.5, zh;q=0.6', 'zh'],
    ['fr, de', 'en'],
    ['zh;q=0', 'en'],
    ['', 'en'],
    [';;;q=x,,', 'en'],
  ])('%s is read as %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});

describe('roles and scopes', () => {
  const everyone = [
    'inbox:read',
    'obligations:read',
    'policy:read',
    'properties:read',
    'services:read',
    'staff:read',
    'tickets:escalate',
    'tickets:read',
    'tickets:write',
  ];
  const ofDeskAndSupervisor = [
    'callbacks:write',
    'customers:read',
    'customers:write',
    'day-ends:sign',
    'dunning:write',
    'fees:read',
    'services:write',
    'tickets:dispatch',
    'units:write',
  ];

  it.each<[Role, string[]]>([
    ['guard', []],
    ['engineer', ['services:write']],
    ['desk', [...ofDeskAndSupervisor, 'payments:write']],
    ['supervisor', [...ofDeskAndSupervisor, 'reports:read']],
    [
      'finance',
      [
        'bills:waive',
        'customers:read',
        'dunning:write',
        'fees:read',
        'fees:write',
        'payments:write',
        'reports:read',
        'services:catalogue',
        'services:write',
      ],
    ],
  ])('give a %s what everybody has and no more than their work needs', (role, more) => {
    expect(scopesOf([role]).toSorted()).toEqual([...everyone, ...more].toSorted());
  });

  it('give an owner and a manager every scope', () => {
    expect(scopesOf(['owner'])).toEqual(scopes);
    expect(scopesOf(['manager'])).toEqual(scopes);
  });

  it('add up over roles and never give what no role has', () => {
    fc.assert(
      fc.property(fc.subarray([...roles]), fc.subarray([...roles]), (a, b) => {
        const both = new Set(scopesOf([...a, ...b]));
        expect(both).toEqual(new Set([...scopesOf(a), ...scopesOf(b)]));
      }),
    );
    expect(scopesOf([])).toEqual([]);
  });

  it('keep from API keys whatever a person has to answer for', () => {
    expect(keyScopes.toSorted()).toEqual([
      'customers:read',
      'customers:write',
      'dunning:write',
      'fees:read',
      'obligations:read',
      'payments:write',
      'policy:read',
      'properties:read',
      'reports:read',
      'services:read',
      'services:write',
      'tickets:dispatch',
      'tickets:read',
      'tickets:write',
      'units:write',
      'webhooks:read',
    ]);
  });
});

describe('an actor without an office', () => {
  it('throws when asked for it', () => {
    expect(() => tenantOf({ kind: 'operator', id: 'x' })).toThrow(/belongs to no office/);
    expect(() => tenantOf({ kind: 'system', id: 'x' })).toThrow();
  });
});

describe('a history', () => {
  const who = { actor: { kind: 'system', id: 't' } as const, tenantId: 'ten_x', requestId: 'r', now: 0 };
  const grow = (data: Record<string, unknown>[]) => {
    let head: Head = noHistory;
    return data.map((part) => {
      const step = append(head, { type: 'test.happened', object: 'o', data: part }, who);
      head = step.head;
      return step.event;
    });
  };

  it('names in each event the hash of the one before', () => {
    const events = grow([{ a: 1 }, { b: 2 }, { c: 3 }]);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(events[1]?.prev).toBe(events[0]?.hash);
    expect(events[2]?.prev).toBe(events[1]?.hash);
  });

  it('has a hash that any edit changes and that the order of members does not', () => {
    const [event] = grow([{ a: 1, nested: { x: [1, { y: 2, z: 3 }], w: null } }]);
    if (!event) throw new Error('no event');
    const { hash, ...bare } = event;
    expect(hashOf(bare)).toBe(hash);
    expect(hashOf({ ...bare, data: { nested: { w: null, x: [1, { z: 3, y: 2 }] }, a: 1 } })).toBe(hash);
    expect(hashOf({ ...bare, data: { ...bare.data, a: 2 } })).not.toBe(hash);
    expect(hashOf({ ...bare, actor: 'staff:somebody' })).not.toBe(hash);
  });
});

describe('a problem', () => {
  it('speaks the language asked for and carries the request id', () => {
    const refusal = new Refusal('not-found', { detail: { en: 'Nothing.', zh: '没有。' } });
    expect(problemDocument(refusal, 'zh', 'r1')).toEqual({
      type: 'https://huifang.example/problems/not-found',
      title: '未找到',
      status: 404,
      detail: '没有。',
      requestId: 'r1',
    });
    expect(problemDocument(refusal, 'en', 'r1').detail).toBe('Nothing.');
  });

  it('has a title in both languages and an error status, every one', () => {
    for (const { status, title } of Object.values(problems)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title.en && title.zh).toBeTruthy();
    }
  });
});
