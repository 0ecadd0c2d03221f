import type { Role } from '../../shared/access.ts';
import { Refusal } from '../../shared/problem.ts';

/** Who signs the end of a day, in this order (DUTY-5). */
export const posts = ['desk', 'supervisor'] as const;
export type Post = (typeof posts)[number];

export interface Signature {
  /** ISO instant */
  at: string;
  /** Staff id. */
  by: string;
  /** Signed for both posts by one person, for nobody else might. */
  alone?: true;
}

/** The signatures of a day. */
export type Signed = Partial<Record<Post, Signature>>;

/** Who may sign for a post: those whose post it is, and who stands in for them where the list is sent too. */
export const mayHave: Record<Post, readonly Role[]> = {
  desk: ['desk', 'supervisor', 'manager', 'owner'],
  supervisor: ['supervisor', 'manager', 'owner'],
};

/** The signature that is open: one at most. */
export function openSteps(signed: Signed): Post[] {
  const next = posts.find((post) => !signed[post]);
  return next ? [next] : [];
}

/** Whether somebody has signed for a post already. */
export const hasSigned = (signed: Signed, by: string): boolean =>
  posts.some((post) => signed[post]?.by === by);

/**
 * Signs a day off for a post. Pure. Throws `forbidden` where the signer has none of the post's roles or has signed for the other
 * post, unless nobody else may sign for this one (`alone`): an office of one person has to be able to end its days. Throws
 * `wrong-state` with the open step where it is not this post's turn.
 */
export function sign(
  signed: Signed,
  {
    post,
    by,
    roles,
    at,
    alone = false,
  }: { post: Post; by: string; roles: readonly Role[]; at: string; alone?: boolean },
): Signed {
  if (!roles.some((role) => mayHave[post].includes(role))) {
    throw new Refusal('forbidden', {
      detail: { en: 'A supervisor signs here (DUTY-5).', zh: '此处应由主管签字（DUTY-5）。' },
    });
  }
  const open = openSteps(signed);
  if (!open.includes(post)) {
    const [next] = open;
    throw new Refusal('wrong-state', {
      detail: next
        ? {
            en: `Open now: the signature of the ${next} (DUTY-5).`,
            zh: `现应签字：${words[next]}（DUTY-5）。`,
          }
        : { en: 'The day is signed off (DUTY-5).', zh: '当日已签字完毕（DUTY-5）。' },
      extra: { openSteps: open },
    });
  }
  const again = hasSigned(signed, by);
  if (again && !alone) {
    throw new Refusal('forbidden', {
      detail: { en: 'Two people sign a day off (DUTY-5).', zh: '须由两人分别签字（DUTY-5）。' },
    });
  }
  return { ...signed, [post]: { at, by, ...(again && { alone: true }) } };
}

const words: Record<Post, string> = { desk: '前台', supervisor: '主管' };
