import type { Cloud } from './cloud.ts';
import type { Delivery, Mail } from './outbox.ts';

const shown = 50;

/** The page of the machine itself: clock, parts, the last things sent. Reads only; no script. */
export function page(cloud: Cloud): string {
  const sent = [...cloud.outbox.mails, ...cloud.outbox.deliveries]
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, shown);
  const parts: [string, string][] = [
    ['API', cloud.url],
    ['OpenAPI', `${cloud.url}/openapi.json`],
    ['table', cloud.table.name],
    ['SQS, S3', cloud.queues.endpoint],
    ['Cognito', cloud.identity.endpoint],
    ['receiver of webhooks and robots', cloud.outbox.url()],
    [
      'functions',
      cloud.functions
        .all()
        .map((fn) => fn.spec.name)
        .join(', '),
    ],
  ];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Huifang on this machine</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  th { text-align: left; padding-right: 1rem; vertical-align: top; font-weight: 600; }
  pre { background: #8881; padding: .5rem; overflow: auto; white-space: pre-wrap; }
</style>
<h1>回访 Huifang, on this machine</h1>
<p>The clock says <b>${cloud.clock.iso()}</b>. It moves on command:</p>
<pre>curl ${cloud.url}/_local/clock --json '{"advance":"P1D"}'</pre>
<table>${parts.map(([name, value]) => `<tr><th>${text(name)}<td>${text(value)}`).join('\n')}</table>
<h2>Sent to the outside (${cloud.outbox.mails.length + cloud.outbox.deliveries.length})</h2>
${sent.map(entry).join('\n') || '<p>Nothing yet.</p>'}
</html>`;
}

function entry(one: Mail | Delivery): string {
  if (one.kind === 'mail')
    return `<h3>${one.at} e-mail to ${text(one.to.join(', '))}: ${text(one.subject)}</h3><pre>${text(one.text)}</pre>`;
  const answer = one.status === undefined ? 'no answer' : String(one.status);
  return `<h3>${one.at} ${text(one.method)} ${text(one.path)} (${answer})</h3><pre>${text(one.body)}</pre>`;
}

function text(raw: string): string {
  return raw.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
