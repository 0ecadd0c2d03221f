import type { Story } from '../../life/stories.ts';
import type { Town, Wish } from '../../life/town.ts';
import type { Fetched } from '../../world/outside.ts';

/** A story in parts, whose names stand on the page. */
export const inParts =
  (parts: Record<string, Story>): Story =>
  async (town) => {
    for (const [about, part] of Object.entries(parts)) {
      town.about = about;
      await part(town);
    }
    town.about = '';
  };

/** Writes down what neighbours (user pool, gateway, bucket, issuer) are asked; `answer` is theirs, where it is not the usual one. */
export function overhear(town: Town, answer: (request: Fetched) => Response | undefined = () => undefined) {
  const { rig } = town.stage;
  rig.neighbour = (request) => {
    const { method, url, headers, body } = request;
    const { 'x-amz-date': _, authorization, ...sent } = Object.fromEntries(headers);
    // A signature is of its second: stories that overhear begin at a moment of their own.
    const signature = authorization?.slice(-8);
    const said = { [method]: String(url), headers: sent, body, ...(signature && { signature }) };
    rig.trace.told.push({ name: `${method} ${url}`, said });
    return answer(request);
  };
}

/** An id of a kind that nothing has. */
export const absent = (kind: string) => `${kind}_${'0'.repeat(26)}`;

/** All pages of a list, some things to a page; and its cursor with another question. */
export async function pages(
  town: Town,
  id: string,
  wish: Pick<Wish, 'as' | 'id' | 'query'> = {},
  limit = 2,
): Promise<void> {
  let cursor: string | undefined;
  for (let n = 0; n < 4; n++) {
    const query = { ...wish.query, limit: String(limit), ...(cursor && { cursor }) };
    const { next } = await town.ask(id, { ...wish, query });
    cursor = next;
    if (!cursor) return;
    if (n === 0) await town.refused(id, { ...wish, query: { ...query, limit: String(limit + 1), cursor } });
  }
}
