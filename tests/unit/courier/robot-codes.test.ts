import { describe, expect, it } from 'vitest';
import { ROBOTS } from '../../../functions/courier/robot-kinds.ts';
import type { RobotKind } from '../../../functions/courier/types.ts';

const minutes = (n: number) => ({ retryAfterMs: n * 60_000 });

describe('a code of a robot\u2019s maker', () => {
  it.each<[RobotKind, unknown, number[]]>([
    ['wecom', minutes(1), [-1, 6000, 45009, 45033]],
    ['wecom', 'disabled', [93000]],
    ['wecom', 'failed', [40008, 40033, 40035, 40058, 44004]],
    ['dingtalk', minutes(1), [-1, 410100]],
    ['dingtalk', minutes(10), [130101]],
    ['dingtalk', 'disabled', [300001, 300005, 400101, 400013, 400102, 400106]],
    ['dingtalk', 'failed', [310000, 400105, 430101, 430102, 430103, 430104, 460101]],
    ['feishu', minutes(1), [11232, 99991400]],
    ['feishu', 'disabled', [19001, 19007]],
    ['feishu', 'failed', [19002, 19021, 19022, 19024]],
  ])('of %s calls for %o', (kind, meaning, codes) => {
    for (const code of codes) expect([code, ROBOTS[kind].codes[code]]).toEqual([code, meaning]);
  });
});
