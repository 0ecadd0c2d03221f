import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSteps, type Post, posts, type Signed, sign } from '../../../functions/obligations/rules.ts';
import { type Role, roles } from '../../../shared/access.ts';
import { Refusal } from '../../../shared/problem.ts';

const at = '2026-10-08T09:30:00.000Z';
const attempt = (signed: Signed, post: Post, by: string, held: Role[]): Signed | Refusal => {
  try {
    return sign(signed, { post, by, roles: held, at });
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
};
const codeOf = (result: Signed | Refusal) => (result instanceof Refusal ? result.code : 'signed');

describe('signing a day off (DUTY-5)', () => {
  it('is the desk\u2019s first, then the supervisor\u2019s, then nobody\u2019s', () => {
    const one = sign({}, { post: 'desk', by: 'a', roles: ['desk'], at });
    const two = sign(one, { post: 'supervisor', by: 'b', roles: ['supervisor'], at });
    expect([openSteps({}), openSteps(one), openSteps(two)]).toEqual([['desk'], ['supervisor'], []]);
    expect(two).toEqual({ desk: { at, by: 'a' }, supervisor: { at, by: 'b' } });
  });

  it.each<[Post, Role[]]>([
    ['desk', ['desk', 'supervisor', 'manager', 'owner']],
    ['supervisor', ['supervisor', 'manager', 'owner']],
  ])('for the %s may those of %j and no others', (post, may) => {
    const before: Signed = post === 'desk' ? {} : { desk: { at, by: 'a' } };
    for (const role of roles) {
      expect([role, codeOf(attempt(before, post, 'b', [role]))]).toEqual([
        role,
        may.includes(role) ? 'signed' : 'forbidden',
      ]);
    }
  });

  it('is one person\u2019s twice only where nobody else may sign, and says so', () => {
    const one = sign({}, { post: 'desk', by: 'a', roles: ['owner'], at });
    const again = { post: 'supervisor' as const, by: 'a', roles: ['owner' as const], at };
    expect(() => sign(one, again)).toThrow();
    expect(sign(one, { ...again, alone: true })).toEqual({
      ...one,
      supervisor: { at, by: 'a', alone: true },
    });
    // Somebody else\u2019s first signature makes it two people, whoever else there is.
    expect(sign({ desk: { at, by: 'b' } }, { ...again, alone: true }).supervisor).toEqual({ at, by: 'a' });
  });

  const deskSigned: Signed = { desk: { at, by: 'a' } };
  it.each<[string, Signed, Post, Role, string, string]>([
    ['no post of theirs', deskSigned, 'supervisor', 'desk', 'A supervisor signs here', '此处应由主管签字'],
    ['desk first', {}, 'supervisor', 'manager', 'Open now: the signature of the desk', '现应签字：前台'],
    [
      'supervisor next',
      deskSigned,
      'desk',
      'desk',
      'Open now: the signature of the supervisor',
      '现应签字：主管',
    ],
    ['two people', deskSigned, 'supervisor', 'owner', 'Two people sign a day off', '须由两人分别签字'],
    [
      'done',
      { ...deskSigned, supervisor: { at, by: 'b' } },
      'desk',
      'desk',
      'The day is signed off',
      '当日已签字完毕',
    ],
  ])('says why it is refused: %s', (_, signed, post, role, en, zh) => {
    const { options } = attempt(signed, post, 'a', [role]) as Refusal;
    expect(options.detail).toEqual({ en: `${en} (DUTY-5).`, zh: `${zh}（DUTY-5）。` });
  });

  it('whoever tries whatever in whatever order: the desk signs before the supervisor, two people, each once', () => {
    const tries = fc.array(
      fc.record({
        post: fc.constantFrom(...posts),
        by: fc.constantFrom('a', 'b', 'c'),
        held: fc.subarray([...roles]),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(tries, (all) => {
        let signed: Signed = {};
        // What a naive book of signatures would hold.
        const book: { post: Post; by: string }[] = [];
        for (const { post, by, held } of all) {
          const may =
            held.some((role) => ['supervisor', 'manager', 'owner'].includes(role)) ||
            (post === 'desk' && held.includes('desk'));
          const turn = posts[book.length] === post;
          const fresh = book.every((one) => one.by !== by);
          const result = attempt(signed, post, by, held);
          const wanted = !may ? 'forbidden' : !turn ? 'wrong-state' : !fresh ? 'forbidden' : 'signed';
          expect(codeOf(result)).toBe(wanted);
          if (result instanceof Refusal) {
            if (wanted === 'wrong-state')
              expect(result.options.extra).toEqual({ openSteps: posts.slice(book.length, book.length + 1) });
            continue;
          }
          book.push({ post, by });
          // What was signed before stays.
          expect(result).toEqual({ ...signed, [post]: { at, by } });
          signed = result;
        }
      }),
    );
  });
});
