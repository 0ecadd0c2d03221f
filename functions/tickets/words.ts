import type { Level, Status, Step } from './life.ts';

/** The API's words in Chinese. The word itself stands beside each, for whoever has to send it or meets it in an answer. */

const inChinese = <W extends string>(names: Record<W, string>) => {
  return (word: W): string => `${names[word]}（${word}）`;
};

export const statusZh = inChinese<Status>({
  received: '已受理',
  dispatched: '已派单',
  inProgress: '处理中',
  resolved: '已处理、待回访',
  reopened: '重新打开',
  unconfirmed: '已处理、未经客户确认',
  closed: '已关闭',
  withdrawn: '已撤回',
  duplicate: '重复工单',
});

export const stepZh = inChinese<Step>({
  dispatch: '派单',
  progress: '记录进展',
  resolve: '处理完毕',
  callback: '回访',
  decide: '主管决定',
  handover: '移交',
  escalate: '升级',
  report: '越级补报',
  withdraw: '撤回',
  link: '关联重复工单',
  confirmationLink: '发送确认链接',
  attach: '添加附件',
  service: '特约服务',
});

export const levelZh = inChinese<Level>({ lead: '领班', supervisor: '主管', manager: '经理' });
