/** Time as offices count it: zones, days, calendars, hours, deadlines (TIME-1..9). Pure; shapes in schema.ts. */
export {
  type Calendar,
  type CalendarConfig,
  calendarProblems,
  createCalendar,
  type DayInfo,
  type DayKind,
  type PublishedYear,
  standardCalendar,
} from './calendar.ts';
export { addDays, addMonths, type Day, daysBetween, isDay, isWeekend, weekday } from './day.ts';
export { type Deadline, type DeadlineInput, deadline, namedDeadline, type Reason } from './deadline.ts';
export { explain } from './explain.ts';
export {
  type Closing,
  closeOf,
  type Hours,
  hoursProblems,
  isOpen,
  lastOpen,
  nextOpen,
  openOf,
  type Schedule,
  type Span,
  spansOf,
  standardHours,
} from './hours.ts';
export { PERIOD_MAX, type Period, periodProblems } from './period.ts';
export { instantAt, iso, localDay, localText, msOf } from './zone.ts';
