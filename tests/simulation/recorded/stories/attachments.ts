import { satisfied } from '../../../samples.ts';
import type { Town, Wish } from '../../life/town.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const media = (brand: string) => latin(`\0\0\0\x18ftyp${brand}\0\0\0\0mp42`);

/** How files of each type begin, and what begins nearly like that. */
const beginnings: [type: string, fit: Buffer[], unfit: Buffer[]][] = [
  ['image/jpeg', [Buffer.from('ffd8ffe000', 'hex')], [Buffer.from('ffd9ffe000', 'hex')]],
  ['image/webp', [latin('RIFF1234WEBPVP8 ')], [latin('RIFF1234WAVEfmt '), latin('RIFX1234WEBPVP8 ')]],
  ['application/pdf', [latin('%PDF-1.7')], [latin('%PDX-1.7')]],
  ['video/mp4', [media('isom')], [latin('\0\0\0\x18moovisom'), media('M4A ')]],
  ['audio/mp4', [media('M4A ')], [media('M4V ')]],
  ['image/png', [], [Buffer.from('89504e470d0a1a0b00', 'hex')]],
  ['image/heic', ['msf1', 'mif1', 'hevc', 'heis'].map(media), [media('avif')]],
];

/** Does something with other settings of the function. */
async function under(env: Record<string, string>, work: () => Promise<unknown>): Promise<void> {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, env);
  await work();
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Files of a ticket: their way in, what they have to be, how many there may be, and what a signature may be (CALLBACK-3). */
export async function attachments(town: Town): Promise<void> {
  const { id } = await town.aside('createTicket', { but: { grade: 'general' } });
  const missing = `att_${'0'.repeat(26)}`;
  const announce = (contentType: string, size: number, of = id) =>
    town.aside('addAttachment', { id: of, body: { name: '照片', contentType, size } });
  const put = ({ url }: { url: string }, type: string, data: Buffer) =>
    town.stage.rig.bucket.put(new URL(url).pathname.slice(1), type, data);
  const of = (attachmentId: string) => ({ params: { id, attachmentId } });
  const keep = (attachmentId: string, is?: number) =>
    town.ask('completeAttachment', { ...of(attachmentId), ...(is && { is }) });

  // What cannot be announced.
  await town.refused('addAttachment', { id, body: { name: '', contentType: 'text/html', size: 0 } });
  await town.refused('addAttachment', {
    id,
    body: { name: 'n'.repeat(201), contentType: 'image/png', size: 20 * 1024 * 1024 + 1 },
  });
  await town.ask('addAttachment', {
    id,
    body: { name: '录像', contentType: 'video/mp4', size: 20 * 1024 * 1024 },
  });
  // Where the files of other regions are, and those of a storage of one's own.
  for (const env of [
    { AWS_REGION: 'cn-north-1' },
    { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:4566' },
    { AWS_ENDPOINT_URL_S3: 'http://storage.example' },
  ])
    await under(env, () =>
      town.ask('addAttachment', { id, body: { name: '照片', contentType: 'image/png', size: 9 } }),
    );
  await town.refused('addAttachment', { id: `tkt_${'0'.repeat(26)}`, is: 404 });

  // Nothing there; less than was said; of another type.
  const first = await announce('image/png', 9);
  await town.refused('completeAttachment', { ...of(first.id), is: 422 });
  await town.refused('getAttachment', { ...of(first.id), is: 404 });
  const png = Buffer.from('89504e470d0a1a0a00', 'hex');
  put(first, 'image/png', png.subarray(1));
  await town.refused('completeAttachment', { ...of(first.id), is: 422 });
  put(first, 'image/jpeg', png);
  await town.refused('completeAttachment', { ...of(first.id), is: 422 });
  const kept: Record<string, string> = {};
  const upload = async (type: string, bytes: Buffer, is?: number) => {
    const data = Buffer.concat([bytes, Buffer.alloc(20)]);
    const one = await announce(type, data.length);
    put(one, type, data);
    await keep(one.id, is);
    kept[type] = one.id;
  };
  await upload('image/jpeg', latin('GIF89a'), 422);
  await replaced(town, (data = png) => put(first, 'image/png', data), of(first.id));
  await keep(first.id);
  await town.ask('getAttachment', of(first.id));
  await town.refused('completeAttachment', { ...of(first.id), is: 409 });
  await town.refused('completeAttachment', { ...of(missing), is: 404 });
  await town.refused('getAttachment', { ...of(missing), is: 404 });
  for (const [type, fit, unfit] of beginnings) {
    for (const bytes of unfit) await upload(type, bytes, 422);
    for (const bytes of fit) await upload(type, bytes);
  }
  await signatures(town, id, kept);
  // Twenty are enough, whichever were announced before.
  const late = await announce('image/png', 9);
  put(late, 'image/png', png);
  const n = 1 + beginnings.flatMap(([, fit]) => fit).length;
  await town.stage.aside(async () => {
    for (let more = n; more < 20; more++) await upload('image/png', png);
  });
  await town.refused('addAttachment', { id, is: 409 });
  await town.refused('completeAttachment', { ...of(late.id), is: 409 });
}

/** The file is another one by the time it is read, or copied; the storage is out of order. */
async function replaced(town: Town, put: (data?: Buffer) => void, of: Wish): Promise<void> {
  const { rig } = town.stage;
  put();
  const answers: [method: string, status: number, text: string, is: number][] = [
    ['HEAD', 403, '', 422],
    ['HEAD', 400, '', 500],
    ['HEAD', 500, '', 503],
    ['GET', 404, '', 422],
    ['GET', 499, '', 500],
    ['PUT', 404, '', 422],
    ['PUT', 403, '', 500],
    ['PUT', 500, '', 503],
    ['GET', 503, 'SlowDown', 503],
    ['PUT', 200, '<Error>', 503],
  ];
  for (const [method, status, text, is] of answers) {
    rig.neighbour = (asked) => (asked.method === method ? new Response(text || null, { status }) : undefined);
    await town.refused('completeAttachment', { ...of, is });
  }
  rig.neighbour = () => {
    throw new TypeError('fetch failed');
  };
  await town.refused('completeAttachment', { ...of, is: 503 });
  rig.neighbour = () => undefined;
  for (const at of [/^GET/, /^PUT/]) {
    put();
    rig.meanwhile = { at, act: () => put(Buffer.alloc(9, 7)) };
    await town.refused('completeAttachment', { ...of, is: 422 });
    rig.meanwhile = undefined;
  }
  put();
}

/** An image or a PDF of the ticket is a signature, a film is none (CALLBACK-3). */
async function signatures(town: Town, id: string, kept: Record<string, string>): Promise<void> {
  const sign = (attachmentId: string | undefined, is?: number) =>
    town.ask('recordCallback', {
      id,
      body: { ...satisfied, method: 'visit', signature: { attachmentId } },
      ...(is && { is }),
    });
  await town.aside('resolveTicket', { id });
  await sign(kept['video/mp4'], 400);
  await sign(kept['audio/mp4'], 400);
  await sign(`att_${'0'.repeat(26)}`, 400);
  await town.ask('recordCallback', { id, body: { ...satisfied, method: 'visit' } });
}
