import * as z from 'zod/mini';
import { text } from '../../shared/fields.ts';
import { ok, type Route, route } from '../../shared/http/route.ts';
import { contactKinds, type Kind } from '../tickets/life.ts';

/** Keys of the steps, of complaints and of everything else. */
const keys = ['apologise', 'listen', 'greet', 'ask', 'act', 'thank', 'confirm'] as const;

const Step = z.strictObject({
  key: z.enum(keys),
  title: text,
  /** What the person at the desk does. */
  what: text,
  /** The operation of this document that records it. */
  operation: z.optional(z.string()),
  /** Its fields that are asked for in this step. */
  fields: z.array(z.string()),
});
type Step = z.infer<typeof Step>;

const act: Step = {
  key: 'act',
  title: { en: 'Act', zh: '行动' },
  what: {
    en: 'Answer at once or send somebody, and say who comes and by when.',
    zh: '当场答复或派单，并告知由谁处理、何时完成。',
  },
  operation: 'dispatchTicket',
  fields: ['assigneeId', 'what', 'dueAt', 'given'],
};

/** The four steps of a complaint (处理投诉四步法). */
const complaint: readonly Step[] = [
  {
    key: 'apologise',
    title: { en: 'Apologise', zh: '道歉' },
    what: {
      en: 'Say sorry for the trouble first, whoever is at fault.',
      zh: '无论责任在谁，先对给客户带来的不便表示歉意。',
    },
    fields: [],
  },
  {
    key: 'listen',
    title: { en: 'Listen', zh: '倾听' },
    what: {
      en: 'Let the customer finish, note what happened, when and where, and say it back.',
      zh: '让客户把话说完，记录事由、时间、地点，并复述确认。',
    },
    operation: 'createTicket',
    fields: ['reporter', 'title', 'description', 'occurredAt', 'place', 'unitId', 'grade', 'handling'],
  },
  act,
  {
    key: 'thank',
    title: { en: 'Thank', zh: '致谢' },
    what: {
      en: 'Thank for the complaint and say when the callback comes.',
      zh: '感谢客户提出意见，并告知何时回访。',
    },
    fields: [],
  },
];

/** The four steps of any other service (服务四步法). */
const service: readonly Step[] = [
  {
    key: 'greet',
    title: { en: 'Greet', zh: '问候' },
    what: { en: 'Greet, and give your name and post.', zh: '主动问候，报出岗位和姓名。' },
    fields: [],
  },
  {
    key: 'ask',
    title: { en: 'Ask', zh: '询问' },
    what: {
      en: 'Ask what is wanted, where and by when, and note it.',
      zh: '询问需求、地点和期望时间，并做记录。',
    },
    operation: 'createTicket',
    fields: ['reporter', 'title', 'description', 'place', 'unitId', 'category', 'urgent'],
  },
  act,
  {
    key: 'confirm',
    title: { en: 'Confirm', zh: '确认满意' },
    what: {
      en: 'When it is done, ask whether the customer is satisfied, and record the answer.',
      zh: '完成后询问客户是否满意，并记录答复。',
    },
    operation: 'recordCallback',
    fields: ['outcome', 'method', 'attitude', 'quality', 'solved', 'score'],
  },
];

const stepsOf = (kind: Kind): readonly Step[] => (kind === 'complaint' ? complaint : service);

const DeskSteps = z.strictObject({
  ruleId: z.literal('TICKET-9'),
  steps: z.strictObject(
    Object.fromEntries(contactKinds.map((kind) => [kind, z.array(Step)])) as Record<
      (typeof contactKinds)[number],
      z.ZodMiniArray<typeof Step>
    >,
  ),
});

/** What a desk's form walks through with a customer (TICKET-9): data, so that every form has the same. */
export const deskStepRoutes: Route[] = [
  route({
    id: 'getDeskSteps',
    method: 'GET',
    path: '/v1/policy/desk-steps',
    summary:
      'The steps a desk\u2019s form walks through with a customer, by kind of contact, and what each records (TICKET-9)',
    needs: 'policy:read',
    responses: { 200: DeskSteps },
    handle: async () =>
      ok({
        ruleId: 'TICKET-9',
        steps: Object.fromEntries(contactKinds.map((kind) => [kind, stepsOf(kind)])),
      }),
  }),
];
