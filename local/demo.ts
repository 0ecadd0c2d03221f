import type { Cloud } from './cloud.ts';

/** Plays the story of the first weeks on an empty cloud, line by line. */
export async function playDemo(cloud: Cloud, say: (line: string) => void): Promise<void> {
  say(`an empty cloud at ${cloud.clock.iso()}`);
}
