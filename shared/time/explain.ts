import type { Language, Text } from '../text.ts';
import type { DayKind } from './calendar.ts';
import { addDays, type Day, weekday } from './day.ts';
import type { Deadline, Reason } from './deadline.ts';
import { localText, msOf } from './zone.ts';

/** As much of a deadline as its explanation tells. */
type Explained = Pick<Deadline, 'steps' | 'zone'>;

/**
 * A deadline's reckoning in words, one sentence a line, each ending with its rule: why this instant and no
 * other. Days off that follow each other for one reason share a sentence.
 */
export function explain(result: Explained, language: Language): string {
  return runs(result.steps)
    .map(({ first, length }) => {
      const text = sentence(first, length, result)[language];
      return language === 'zh' ? `${text}（${first.rule}）。` : `${text} (${first.rule}).`;
    })
    .join('\n');
}

interface Run {
  first: Reason;
  /** Days of the run; 1 where a step stands alone. */
  length: number;
}

function runs(steps: Reason[]): Run[] {
  const result: Run[] = [];
  for (const step of steps) {
    const run = result.at(-1);
    if (run && 'why' in step && continues(run, step)) run.length++;
    else result.push({ first: step, length: 1 });
  }
  return result;
}

type DayReason = Extract<Reason, { why: unknown }>;

/** Whether the step is the next day of the run, for the same reason. */
function continues({ first, length }: Run, step: DayReason): boolean {
  // What is of the step's kind has a ground as the step has.
  const { kind, day, why, name } = first as DayReason;
  return (
    step.kind === kind && step.why === why && step.name?.en === name?.en && step.day === addDays(day, length)
  );
}

const kinds: Record<DayKind | 'pastClosing', Text> = {
  working: { en: 'working day', zh: '工作日' },
  weekend: { en: 'weekend', zh: '周末' },
  holiday: { en: 'public holiday', zh: '法定节假日' },
  makeup: { en: 'make-up day', zh: '调休上班日' },
  extraWork: { en: 'the office works that day', zh: '本公司加班日' },
  extraRest: { en: 'the office rests that day', zh: '本公司休息日' },
  pastClosing: { en: 'business had closed', zh: '已过下班时间' },
};

const weekdays: Text[] = [
  { en: 'Mon', zh: '周一' },
  { en: 'Tue', zh: '周二' },
  { en: 'Wed', zh: '周三' },
  { en: 'Thu', zh: '周四' },
  { en: 'Fri', zh: '周五' },
  { en: 'Sat', zh: '周六' },
  { en: 'Sun', zh: '周日' },
];

function named(day: Day): Text {
  const { en, zh } = weekdays[weekday(day) - 1] as Text;
  return { en: `${day} (${en})`, zh: `${day}（${zh}）` };
}

function range(first: Day, length: number): Text {
  const from = named(first);
  if (length === 1) return from;
  const to = named(addDays(first, length - 1));
  return { en: `${from.en} to ${to.en}`, zh: `${from.zh}至${to.zh}` };
}

function ground({ why, name }: DayReason): Text {
  const kind = kinds[why];
  if (!name) return kind;
  if (why === 'holiday') return name;
  return { en: `${kind.en}, ${name.en}`, zh: `${kind.zh}，${name.zh}` };
}

/** Why the office does not open: that a day is worked (elsewhere) is no reason, that it has no hours is. */
function unopened(step: DayReason): Text {
  const why = ground(step);
  const worked = step.why === 'working' || step.why === 'makeup' || step.why === 'extraWork';
  return worked ? { en: `${why.en}, no office hours`, zh: `${why.zh}，无营业时间` } : why;
}

function sentence(step: Reason, length: number, { zone }: Explained): Text {
  switch (step.kind) {
    case 'begins': {
      const day = named(step.day);
      return { en: `Counting begins the next day, ${day.en}`, zh: `自次日${day.zh}起算` };
    }
    case 'runs': {
      const from = localText(msOf(step.from), zone);
      return {
        en: `Runs ${step.n} h from ${from}, nights and days off included`,
        zh: `自 ${from} 起连续计算 ${step.n} 小时，含夜间和休息日`,
      };
    }
    case 'named': {
      const at = localText(msOf(step.at), zone);
      return { en: `The service order names ${at}`, zh: `服务单注明的完成时限为 ${at}` };
    }
    case 'ends': {
      const day = named(step.day);
      return step.clamped
        ? {
            en: `The month has no day of that number, so the period ends on its last, ${day.en}`,
            zh: `到期月没有对应日，以该月最后一日${day.zh}为期间的最后一日`,
          }
        : { en: `The period's last day is ${day.en}`, zh: `期间的最后一日为${day.zh}` };
    }
    case 'rest': {
      const [days, why] = [range(step.day, length), ground(step)];
      return {
        en: `A period does not end on a rest day: ${days.en}, ${why.en}`,
        zh: `最后一日逢休息日顺延：${days.zh}，${why.zh}`,
      };
    }
    case 'skipped': {
      const [days, why] = [range(step.day, length), ground(step)];
      return { en: `Not counted: ${days.en}, ${why.en}`, zh: `不计入工作日：${days.zh}，${why.zh}` };
    }
    case 'worked': {
      const [days, why] = [range(step.day, length), ground(step)];
      return { en: `A working day: ${days.en}, ${why.en}`, zh: `计为工作日：${days.zh}，${why.zh}` };
    }
    case 'counted': {
      const day = named(step.day);
      return { en: `Working day ${step.n} is ${day.en}`, zh: `第 ${step.n} 个工作日为${day.zh}` };
    }
    case 'closed': {
      const [days, why] = [range(step.day, length), unopened(step)];
      return {
        en: `Waits for the next day of business: ${days.en}, ${why.en}`,
        zh: `顺延至下一营业日：${days.zh}，${why.zh}`,
      };
    }
    case 'closes': {
      const day = named(step.day);
      return step.open
        ? {
            en: `Due when business closes on ${day.en}, ${step.time}`,
            zh: `${day.zh}营业结束时（${step.time}）到期`,
          }
        : {
            en: `Due at ${step.time} on ${day.en}, a day without office hours`,
            zh: `${day.zh}无营业时间，于 ${step.time} 到期`,
          };
    }
    case 'provisional':
      return {
        en: `Provisional: the calendar of ${step.year} is not published, plain weekends are assumed`,
        zh: `暂定：${step.year} 年放假安排尚未公布，按普通周末计算`,
      };
  }
}
