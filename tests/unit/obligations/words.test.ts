import { describe, expect, it } from 'vitest';
import { kindAt, type ReminderData, ruleTitle, wording } from '../../../shared/obligations/words.ts';
import { standardPack } from '../../../shared/policy/index.ts';
import { expectBoth } from '../refusals.ts';
import { propertyId, sh, ticketId } from './fixtures.ts';

const reminder: ReminderData = {
  obligationId: 'obl_00000000000000000000000005',
  objectId: ticketId,
  ruleId: 'TICKET-3.major',
  dueAt: sh('2026-10-08 17:30'),
  zone: 'Asia/Shanghai',
  propertyId,
  propertyName: '锦绣花园',
  title: '电梯困人',
  critical: false,
  kind: 'remind',
  steps: [1],
  levels: ['owner'],
};
const dueMs = Date.parse(reminder.dueAt);
const before = dueMs - 1;
const rule = standardPack.rules['TICKET-3.major'].title;

describe('a reminder', () => {
  it('says what is due when, where, by which rule, each in a line', () => {
    expect(wording(reminder, before)).toEqual({
      title: { en: `Due soon: ${rule.en}`, zh: `【即将到期】${rule.zh}` },
      text: {
        en: `About: 电梯困人\nProperty: 锦绣花园\nDue: 2026-10-08 17:30\nRule: TICKET-3.major\nTicket: ${ticketId}`,
        zh: `事项：电梯困人\n项目：锦绣花园\n期限：2026-10-08 17:30\n依据：TICKET-3.major\n工单：${ticketId}`,
      },
    });
  });

  it('leaves out what is not known, and says the hour on the wall of the property', () => {
    const { title: _, propertyName: __, ...bare } = reminder;
    expect(wording({ ...bare, zone: 'America/New_York' }, before).text.en).toBe(
      `Due: 2026-10-08 05:30\nRule: TICKET-3.major\nTicket: ${ticketId}`,
    );
  });

  it('that comes when the thing is due already says so', () => {
    expect(wording(reminder, dueMs).title).toEqual({ en: `Due now: ${rule.en}`, zh: `【已到期】${rule.zh}` });
    expect([before, dueMs].map((now) => kindAt(reminder, now))).toEqual(['remind', 'due']);
    expect(kindAt({ ...reminder, kind: 'escalate' }, dueMs)).toBe('escalate');
  });

  it.each([
    ['due', 'Due now', '【已到期】'],
    ['escalate', 'Escalated', '【升级】'],
  ] as const)('of the kind %s says so first, and whether it is critical', (kind, en, zh) => {
    expect(wording({ ...reminder, kind }, before).title).toEqual({
      en: `${en}: ${rule.en}`,
      zh: `${zh}${rule.zh}`,
    });
    expect(wording({ ...reminder, kind, critical: true }, before).title).toEqual({
      en: `[Critical] ${en}: ${rule.en}`,
      zh: `【紧急】${zh}${rule.zh}`,
    });
  });

  it('made of several says of how many', () => {
    const { text } = wording({ ...reminder, steps: [2, 3, 4] }, before);
    expect(text.en.split('\n').at(-1)).toBe('Reminders merged: 3');
    expect(text.zh.split('\n').at(-1)).toBe('合并提醒数：3');
  });

  it('about unpaid bills names the dunning case', () => {
    const objectId = 'dun_00000000000000000000000006';
    const { text } = wording({ ...reminder, objectId }, before);
    expect(text.en).toContain(`Dunning case: ${objectId}`);
    expect(text.zh).toContain(`催费单：${objectId}`);
  });
});

describe('a rule', () => {
  it('is called by its name in the policy, and by its id where the policy has none', () => {
    expect(ruleTitle('TICKET-3.major')).toEqual(rule);
    for (const id of ['TICKET-99', 'toString']) expect(ruleTitle(id)).toEqual({ en: id, zh: id });
    for (const { title } of Object.values(standardPack.rules))
      expectBoth({ en: `${title.en} .`, zh: `${title.zh}。` });
  });
});
