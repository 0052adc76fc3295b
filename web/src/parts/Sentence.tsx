import { Moment } from './Moment.tsx';

const moment = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the API. It gives moments in UTC, and they are said in the viewer's zone. */
export function Sentence({ children }: { children: string }) {
  // What is split by a group has what the group found in every second place.
  return children.split(moment).map((part, place) => (place % 2 === 0 ? part : <Moment key={place} at={part} isDated />));
}
