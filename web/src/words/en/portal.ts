/** For clients: no word of ours, no name of a part of ours. */
export const portal = {
  title: 'Your numbers',
  empty: 'Nothing to show yet',
  emptyMore: 'Your numbers appear here as soon as the first source is set up.',
  summary: (sound: number, all: number) => {
    if (sound === all) return 'Everything here is up to date.';
    if (all === 1) return 'This is not up to date, and says why.';
    const others = all - sound === 1 ? 'the other says why it is not' : 'the others say why they are not';
    return `${sound} of ${all} ${sound === 1 ? 'is' : 'are'} up to date; ${others}.`;
  },
  baseline: (value: string, day: string) => `At the start: ${value} (${day})`,
  next: 'Next',
  noValue: 'No value yet',
  enteredByPerson: 'Entered by a person',
  notes: 'What happened',
  reports: 'Reports',
  older: 'Show older ones',
  week: (days: string) => `Week of ${days}`,
  completeness: (which: string) => `Made from ${which}`,
  noLines: 'There was nothing to report.',
  previous: (value: string) => `the time before: ${value}`,
  leftOut: (count: number) => `not in it: ${count} without an amount or in another currency`,
  corrected: (day: string, before: string | null) =>
    before === null ? `corrected on ${day}` : `corrected on ${day}; it said ${before} before`,
  print: 'Print',
  away: 'Your numbers cannot be shown just now. Try again in a moment; nothing is lost.',
  linkOver: 'This page cannot be opened',
  linkMissing: 'The link is not whole. Open the page again in the place where you found it.',
};
