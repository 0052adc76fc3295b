import { useState } from 'react';
import { isSame } from './same.ts';

interface Change<Part> {
  /** What stood there when the person began to change it. */
  was: Part;
  now: Part;
}
export type Changes<Part> = Readonly<Record<string, Change<Part>>>;

/**
 * What one person changes of something that others may change too, part by part; `theirs` is what stands now. Of a part that stands
 * otherwise by now than the person saw, both stay until they choose.
 */
export function useChanges<Part>(theirs: Readonly<Record<string, Part>>) {
  const [made, setMade] = useState<Changes<Part>>({});
  // What stands there as it was wanted is no change any more: it was saved, by whomever.
  const changes = pick(made, (part, { now }) => !isSame(now, theirs[part]));
  const overtaken = Object.keys(pick(changes, (part, { was }) => !isSame(was, theirs[part])));
  return {
    changes,
    isDirty: Object.keys(changes).length > 0,
    overtaken,
    /** All parts, as the person wants them. */
    mine: { ...theirs, ...Object.fromEntries(Object.entries(changes).map(([part, { now }]) => [part, now])) } as Record<
      string,
      Part
    >,
    change(part: string, now: Part) {
      setMade((before) => ({ ...before, [part]: { was: changes[part] ? changes[part].was : theirs[part]!, now } }));
    },
    takeTheirs: () => setMade(pick(changes, (part) => !overtaken.includes(part))),
    /** The changes, as of what stands now: for whoever has looked at that. */
    overTheirs: (): Changes<Part> =>
      Object.fromEntries(Object.entries(changes).map(([part, { now }]) => [part, { was: theirs[part]!, now }])),
  };
}

const pick = <Part>(changes: Changes<Part>, isWanted: (part: string, change: Change<Part>) => boolean): Changes<Part> =>
  Object.fromEntries(Object.entries(changes).filter(([part, change]) => isWanted(part, change)));
