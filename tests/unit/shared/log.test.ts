import { afterEach, expect, it, vi } from 'vitest';
import { log, output } from '../../../shared/log.ts';
import { LogJudge } from '../../system/logs.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('an error is logged by its class, its place and the ids given, never by its message', () => {
  const lines: string[] = [];
  vi.spyOn(output, 'write').mockImplementation((line) => void lines.push(line));
  log.error('failed', new TypeError('欧阳明月 13712340987'), { tenantId: 'ten_1' });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', error: 'TypeError', tenantId: 'ten_1' });
  expect(lines[0]).not.toMatch(/欧阳|137/);
});

const judged = (line: string) => {
  const judge = new LogJudge();
  judge.tell({ title: '三号楼停水', reporter: { name: '欧阳明月', phone: '13712340987' }, kind: 'repair' });
  judge.tell({ note: 'She is at home after six', at: '2026-10-08T09:00:00+08:00' });
  judge.keep('token-of-somebody');
  judge.answered({ items: [{ secret: 'whsec_c2VjcmV0' }], url: 'http://x/c/one-time-token' });
  judge.hear('huifang-tickets', line);
  return judge.verdict().length;
};

it.each([
  '{"message":"for 欧阳明月"}',
  '{"message":"三号楼停水"}',
  '{"phone":"13712340987"}',
  '{"phone":"13999999999"}',
  '{"text":"She is at home after six"}',
  '{"h":"token-of-somebody"}',
  '{"path":"/c/one-time-token"}',
  '{"s":"whsec_c2VjcmV0"}',
  'authorization: Bearer abcdefgh',
])('a line like %s is found in a log', (line) => {
  expect(judged(line)).toBeGreaterThan(0);
});

it.each([
  '{"level":"info","message":"request","time":"2026-10-08T01:00:00.000Z","status":201,"ms":13}',
  '{"_aws":{"Timestamp":1760000000000},"lag":3}',
  '{"kind":"repair","tenantId":"ten_01JD0000000000000000000000","pk":"ten_1#tkt_01J13712340123"}',
])('a line like %s is what logs are for', (line) => {
  expect(judged(line)).toBe(0);
});
