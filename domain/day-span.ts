/** Days as a client reads them: "from 3 to 5 May". Days are `YYYY-MM-DD`. */
const months = 'January February March April May June July August September October November December'.split(' ');

/** The year is told where it is another than this one's. */
export function daysInWords(from: string, until: string, today: string): string {
  const [first, last] = [from, until].map(partsOf) as [Parts, Parts];
  const year = last.year === today.slice(0, 4) && first.year === last.year ? '' : ` ${last.year}`;
  const end = `${last.day} ${last.month}${year}`;
  if (from >= until) return `on ${end}`;
  if (first.year !== last.year) return `from ${first.day} ${first.month} ${first.year} to ${end}`;
  return first.month === last.month ? `from ${first.day} to ${end}` : `from ${first.day} ${first.month} to ${end}`;
}

interface Parts {
  year: string;
  month: string;
  day: number;
}
const partsOf = (day: string): Parts => ({
  year: day.slice(0, 4),
  month: months[Number(day.slice(5, 7)) - 1]!,
  day: Number(day.slice(8, 10)),
});
