import { Refusal } from './problem.ts';

/** Secrets that are good at once, the newest among them. */
const most = 3;

interface Secret {
  /** Until when it is good; the newest has no end. */
  until?: string | undefined;
}

/**
 * The secrets with a new one in front; the one before is good for the overlap, sooner ends stay sooner. Refused where one would have
 * to go before the end that was promised for it.
 */
export function rotatedSecrets<S extends Secret>(
  secrets: readonly S[],
  fresh: S,
  overlapHours: number,
  now: number,
): S[] | Refusal {
  const end = new Date(now + overlapHours * 3_600_000).toISOString();
  const moment = new Date(now).toISOString();
  const before = secrets
    .map((secret) => ({ ...secret, until: secret.until && secret.until < end ? secret.until : end }))
    .filter(({ until }) => until > moment);
  return before.length < most ? [fresh, ...before] : tooSoon(endsOf(secrets, now)[0] ?? end);
}

/** Until when a secret before the newest is good. */
export const overlapOf = (secrets: readonly Secret[], now: number): string | undefined =>
  endsOf(secrets, now).at(-1);

/** The ends that are still to come, the next first. */
function endsOf(secrets: readonly Secret[], now: number): string[] {
  const moment = new Date(now).toISOString();
  return secrets.flatMap(({ until }) => (until !== undefined && until > moment ? [until] : [])).sort();
}

const tooSoon = (end: string) =>
  new Refusal('wrong-state', {
    detail: {
      en: `${most} secrets are good already; rotate after ${end}, or with overlapHours 0, which ends them at once.`,
      zh: `已有 ${most} 个有效密钥；请于 ${end} 之后再轮换，或将 overlapHours 设为 0，旧密钥立即失效。`,
    },
    extra: { openSteps: [] },
  });
