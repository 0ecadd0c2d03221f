import chineseDays from 'chinese-days';
import { expect, test } from 'vitest';
import { calendarModule } from '../../../scripts/calendar.ts';

type Library = Pick<typeof chineseDays, 'getDayDetail'>;

const { default: bundled } = (await import(
  `data:text/javascript,${encodeURIComponent(calendarModule())}`
)) as { default: Library };

test('the bundled calendar says of every day from 2000 to 2040 what the library says', () => {
  let known = 0;
  for (let time = Date.UTC(2000, 0, 1); time < Date.UTC(2041, 0, 1); time += 86_400_000) {
    const day = new Date(time).toISOString().slice(0, 10);
    const theirs = chineseDays.getDayDetail(day);
    const ours = bundled.getDayDetail(day);
    expect(ours.work, day).toBe(theirs.work);
    if (theirs.name.includes(',')) {
      known++;
      expect(ours.name, day).toBe(theirs.name);
    } else {
      expect(ours.name, day).not.toContain(',');
    }
  }
  expect(known).toBeGreaterThan(500);
});
