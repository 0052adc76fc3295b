/** What a metric sets off when a report is made: a note for the client, a task for its people, or an incident that calls them. */
import { unitOf, type MetricDefinition } from './metric-definition.ts';

/** A rule of a definition, as data. */
export type MetricAct = (
  | { makes: 'admin_task' | 'incident' }
  /** `publishes`: a client reads it without a person having read it first. */
  | { makes: 'note'; publishes?: true }
) &
  (
    | { when: 'reached'; from: number }
    /** By at least so many percent of what it is compared with, which was at least `from`: little moves by much. */
    | { when: 'fell' | 'rose'; against: 'baseline' | 'previous'; percent: number; from: number }
  );

export interface ActFacts {
  value: string | null;
  /** Of the period before. */
  previous: string | null;
  /** From onboarding. */
  baseline: string | null;
}
/** Whether each rule of the definition is met, and what there is to say of it. */
export interface JudgedAct {
  act: MetricAct;
  met: boolean;
  sentence: string;
}

const words = { baseline: 'at onboarding', previous: 'in the period before' };

export function judgeActs(
  metric: Pick<MetricDefinition, 'title' | 'unit' | 'unitOfOne' | 'acts'>,
  facts: ActFacts,
  days: { from: string; until: string },
): JudgedAct[] {
  const span = `from ${days.from} to ${days.until}`;
  const { title, acts } = metric;
  const shown = (value: string | null) => `${value} ${unitOf(metric, value)}`;
  return acts.map((act) => {
    const met = isMet(act, facts);
    if (act.when === 'reached') return { act, met, sentence: `${title} ${span}: ${shown(facts.value)}.` };
    return {
      act,
      met,
      sentence: `"${title}" ${act.when} to ${shown(facts.value)} ${span}, after ${shown(facts[act.against])} ${words[act.against]}.`,
    };
  });
}

function isMet(act: MetricAct, facts: ActFacts): boolean {
  if (facts.value === null) return false;
  const now = Number(facts.value);
  if (act.when === 'reached') return now >= act.from;
  const other = facts[act.against];
  if (other === null) return false;
  const before = Number(other);
  if (before < act.from) return false;
  return act.when === 'fell' ? now <= before * (1 - act.percent / 100) : now >= before * (1 + act.percent / 100);
}
