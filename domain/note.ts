/** What a note must say before it can be: short, with its source, its days and the business action that it points at. */
export interface NoteFacts {
  body: string;
  sourceLabel: string;
  from: string;
  until: string;
  /** Row of `event_client_activity`, or of `automation_runs`: one of the two. */
  activityId: string | null;
  automationRunId: string | null;
}
export const noteLengthMax = 280;

/** All that is wrong with it; empty when nothing is. */
export function checkNote({ body, sourceLabel, from, until, activityId, automationRunId }: NoteFacts): string[] {
  const isGiven = (id: string | null) => id !== null && id !== '';
  return [
    ...(body.trim() === '' ? ['it says nothing'] : []),
    ...([...body].length > noteLengthMax ? [`it is longer than ${noteLengthMax} characters`] : []),
    ...(sourceLabel.trim() === '' ? ['it has no source'] : []),
    ...(from === '' || until === '' ? ['it has no first or no last day'] : []),
    ...(from > until ? ['its last day lies before its first'] : []),
    ...(isGiven(activityId) === isGiven(automationRunId) ? ['it points at no business action, or at two'] : []),
  ];
}
