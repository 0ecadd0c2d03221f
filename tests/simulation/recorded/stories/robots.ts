import { ROBOTS } from '../../../../functions/courier/robot-kinds.ts';
import { ENV } from '../../../../shared/env.ts';
import type { Town } from '../../life/town.ts';
import { inParts } from './parts.ts';
import { receiver } from './receiver.ts';

/** What robots of groups answer, and what of people's words they are told. */
export const robots = inParts({ answers, words });

async function answers(town: Town): Promise<void> {
  for (const kind of ['wecom', 'dingtalk', 'feishu'] as const) {
    const secret = kind === 'wecom' ? {} : { robotSecret: 'SEC12345678' };
    const { attempt } = await receiver(town, kind, { ...secret, language: 'en' });
    const name = kind === 'feishu' ? 'code' : 'errcode';
    const says = (body: string, status = 200, headers = {}) => ({ answer: { status, headers, body } });
    await attempt(`${kind}: code 0`, says(`{"${name}":0}`));
    for (const code of [...Object.keys(ROBOTS[kind].codes), '7'])
      await attempt(`${kind}: code ${code}`, says(`{"${name}":${code}}`));
    await attempt(`${kind}: a code in letters`, says(`{"${name}":"0"}`));
    await attempt(`${kind}: half a code`, says(`{"${name}":0.5}`));
  }
  const { attempt, id } = await receiver(town, 'feishu');
  const base = process.env[ENV.outboundRobotBase];
  process.env[ENV.outboundRobotBase] = 'https://10.0.0.1';
  await attempt('an inner address');
  delete process.env[ENV.outboundRobotBase];
  town.stage.rig.names = () => ['93.184.215.21'];
  await attempt('at its own address', { answer: { status: 200, body: '{"code":0}' } });
  process.env[ENV.outboundRobotBase] = base;
  town.stage.rig.names = () => [];
  const item = town.item('webhooks', id);
  town.stage.rig.write({ ...item, rest: { ...item.rest, url: 'https://open.feishu.cn/' } });
  await attempt('an address that is none');
  town.stage.rig.write({ ...item, v: item.v + 9 });
  await attempt('its older code', { answer: { status: 200, body: '{"StatusCode":0}' } });
  for (const body of ['ok', 'null', '7', '[]', '{"wait":30}', '{"wait":"30"}'])
    await attempt(`it says ${body}`, { answer: { status: 200, body, headers: { 'retry-after': '90' } } });
  for (const status of [399, 400, 404, 408, 425, 429, 499, 500, 503]) {
    await attempt(`it answers ${status}`, { answer: { status, headers: { 'retry-after': '90' } } });
  }
  await attempt('it answers with a flood', { answer: { status: 200, body: 'x'.repeat(16_385) } });
  await attempt('it answers much', { answer: { status: 200, body: '{"code":0}'.padEnd(16_384) } });
  await attempt('it says nothing', { answer: 'silent' });
  await attempt('it hangs up', { answer: 'reset' });
  await attempt('nobody listens', { answer: 'closed' });
  await attempt('it is not reached', { answer: 'unreachable' });
}

/** People's words are no markup in a group, and long ones are cut between two characters. */
async function words(town: Town): Promise<void> {
  for (const kind of ['wecom', 'dingtalk', 'feishu'] as const)
    for (const language of ['zh', 'en']) {
      const { attempt } = await receiver(town, kind, { language });
      await attempt(`${kind}, ${language}: signs`, {
        title: '<@all> [a](b)\n *`#',
        text: '[点我](x) <b>\n`#*',
      });
      if (language === 'en') continue;
      const long = (n: number) => '水'.repeat(n);
      await attempt(`${kind}: a long title`, { title: `${long(66)}ab`, text: '短' });
      await attempt(`${kind}: a longer title`, { title: `${long(66)}abc`, text: '短' });
      await attempt(`${kind}: a long text`, { text: long(1350) });
      await attempt(`${kind}: a longer text`, { text: `a${long(6600)}` });
      await attempt(`${kind}: quotes`, { text: '"'.repeat(12_000) });
    }
}
