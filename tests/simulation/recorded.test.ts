// First of all: what functions remember is noted as they are loaded.
import './service/functions.ts';

import { afterAll, describe, expect, it } from 'vitest';
import { lives } from './recorded/lives.ts';
import { Recorder } from './recorded/recorder.ts';
import { Tampered } from './recorded/tampered.ts';

/*
 * Lives as they were read and found good: every answer, everything stored, told and logged (recorded/pages). What is otherwise is a
 * fault, or a change that whoever makes it reads: `npm run record` writes the pages anew.
 */
const env = { ...process.env };
// Other tests of this process have no town.
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
});

const tampered = new Tampered();

for (const life of lives)
  describe('all is as it was recorded', () => {
    const recorder = new Recorder();
    const living = recorder.live(life);
    const texts = new Map<string, string>();

    /** Lives until a page is written: a test may be asked for alone. */
    async function textOf(page: string): Promise<string> {
      while (!texts.has(page)) {
        const { value } = await living.next();
        if (!value) throw new Error(`${page} is not lived`);
        texts.set(value.page, value.text);
      }
      return texts.get(page) as string;
    }

    for (const page of Object.keys(life.pages))
      it(page, async () => {
        await expect(await textOf(page)).toMatchFileSnapshot(`recorded/pages/${page}.txt`);
        expect(recorder.findings).toEqual([]);
      });

    // What goes wrong is undone step by step: that life leaves nothing else behind.
    if (life.troubled) return;
    it('and its record with it, in which nothing can be changed unseen', async () => {
      for (const page of Object.keys(life.pages)) await textOf(page);
      await tampered.look(recorder.rig);
      expect([tampered.wrong.splice(0), tampered.unseen.splice(0)]).toEqual([[], []]);
    });
  });

it('records of every kind of object were looked at so', () => {
  const ids = 'bil cus day dep dun ent fee imp key obl pay prp rfd run stf stl stm svc ten tkt unt whk'.split(
    ' ',
  );
  const others = ['cal', 'mappings', 'pol', 'prp/', 'run/', 'unt/'];
  expect([...tampered.kinds].sort()).toEqual([...ids, ...others].sort());
});
