import { words } from '../../words/index.ts';
import type { IncidentDetail } from './queries.ts';

export interface Event {
  key: string;
  /** `null`: no moment of its own is known; it was after the one before. */
  at: string | null;
  title: string;
  more: string | null;
  tone: 'bad' | 'told' | 'answered' | 'good';
}

export const nameIn = ({ people }: Pick<IncidentDetail, 'people'>, id: string): string =>
  people.find((person) => person.id === id)?.name ?? (id.startsWith('user_') ? words.incidents.somebody : words.incidents.byKey);

/** What happened, the oldest first: the incident's own moments, and between them who was told. */
export function storyOf(incident: IncidentDetail): Event[] {
  const { incidents } = words;
  const nameOf = (id: string) => nameIn(incident, id);
  const events: Event[] = [
    { key: 'opened', at: incident.openedAt, title: incidents.happened, more: null, tone: 'bad' },
    ...incident.alerts.map((alert) => ({
      key: alert.id,
      at: alert.sentAt,
      title: alertTitle(alert, nameOf(alert.userId)),
      more: alert.sentence,
      tone: alert.state === 'failed' ? ('bad' as const) : ('told' as const),
    })),
  ];
  const { acknowledgedBy, acknowledgedAt, takenOverBy, takenOverAt, closedAt, state, note } = incident;
  if (acknowledgedBy)
    events.push({ key: 'acknowledged', at: acknowledgedAt, title: incidents.wasAcknowledged(nameOf(acknowledgedBy)), more: null, tone: 'answered' }); // prettier-ignore
  if (takenOverBy)
    events.push({ key: 'taken over', at: takenOverAt, title: incidents.wasTakenOver(nameOf(takenOverBy)), more: null, tone: 'answered' }); // prettier-ignore
  if (state === 'unanswered') events.push({ key: 'unanswered', at: null, title: incidents.unanswered, more: null, tone: 'bad' });
  if (closedAt && (state === 'recovered' || state === 'resolved'))
    events.push({ key: 'closed', at: closedAt, title: incidents.over[state], more: note, tone: 'good' });
  return inOrder(events);
}

function alertTitle({ kind, state, channel }: IncidentDetail['alerts'][number], name: string): string {
  const { incidents } = words;
  const by = incidents.channels[channel as keyof typeof incidents.channels] ?? channel;
  if (state === 'sent') return incidents.told[kind](name, by);
  if (state === 'failed') return incidents.notReached(name, by);
  return (state === 'uncertain' ? incidents.maybeReached : incidents.beingTold)(name, by);
}

/** What has no moment stays behind what it came after. */
function inOrder(events: Event[]): Event[] {
  let before = 0;
  const placed = events.map((event) => {
    before = event.at ? Date.parse(event.at) : before;
    return { event, place: before };
  });
  return placed.toSorted((one, other) => one.place - other.place).map(({ event }) => event);
}
