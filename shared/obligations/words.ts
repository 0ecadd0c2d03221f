import { prefixes } from '../ids.ts';
import { type Recipient, type StepKind, standardPack } from '../policy/index.ts';
import type { Text } from '../text.ts';
import { localText, msOf } from '../time/index.ts';

/** What a message about an obligation says; it travels as the data of its event. */
export interface ReminderData {
  obligationId: string;
  objectId: string;
  ruleId: string;
  dueAt: string;
  zone: string;
  propertyId: string;
  propertyName?: string;
  title?: string;
  critical: boolean;
  /** The last and gravest of the steps. */
  kind: StepKind;
  /** Numbers of the steps told with this message; several when a backlog was merged. */
  steps: number[];
  levels: Recipient[];
}

/** A rule's name. */
export function ruleTitle(ruleId: string): Text {
  const rules: Record<string, { title: Text }> = standardPack.rules;
  return (Object.hasOwn(rules, ruleId) && rules[ruleId]?.title) || { en: ruleId, zh: ruleId };
}

const heads: Record<StepKind, Text> = {
  remind: { en: 'Due soon', zh: '即将到期' },
  due: { en: 'Due now', zh: '已到期' },
  escalate: { en: 'Escalated', zh: '升级' },
};

/** What a message is at the moment it is told: a reminder that comes late, after an outage or by digest, reminds of what is due. */
export const kindAt = ({ kind, dueAt }: Pick<ReminderData, 'kind' | 'dueAt'>, now: number): StepKind =>
  kind === 'remind' && msOf(dueAt) <= now ? 'due' : kind;

/** Title and text of a message about an obligation as it is told now (milliseconds), each line a fact. */
export function wording(data: ReminderData, now: number): { title: Text; text: Text } {
  const rule = ruleTitle(data.ruleId);
  const head = heads[kindAt(data, now)];
  const due = localText(msOf(data.dueAt), data.zone);
  const lines: [string | undefined, Text][] = [
    [data.title, { en: 'About', zh: '事项' }],
    [data.propertyName, { en: 'Property', zh: '项目' }],
    [due, { en: 'Due', zh: '期限' }],
    [data.ruleId, { en: 'Rule', zh: '依据' }],
    [
      data.objectId,
      data.objectId.startsWith(`${prefixes.dunning}_`)
        ? { en: 'Dunning case', zh: '催费单' }
        : { en: 'Ticket', zh: '工单' },
    ],
    [
      data.steps.length > 1 ? String(data.steps.length) : undefined,
      { en: 'Reminders merged', zh: '合并提醒数' },
    ],
  ];
  const said = lines.filter((line): line is [string, Text] => line[0] !== undefined);
  return {
    title: {
      en: `${data.critical ? '[Critical] ' : ''}${head.en}: ${rule.en}`,
      zh: `${data.critical ? '【紧急】' : ''}【${head.zh}】${rule.zh}`,
    },
    text: {
      en: said.map(([value, label]) => `${label.en}: ${value}`).join('\n'),
      zh: said.map(([value, label]) => `${label.zh}：${value}`).join('\n'),
    },
  };
}
