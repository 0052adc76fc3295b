/** What people enter in place of a source's values: shown, taken away, and compared when the source is back. Each is repeatable. */
import { endTasks, judgeDifference, remindBeforeMs } from '../domain/manual-value.ts';
import { definitionOf, type MetricKey } from '../domain/metrics.ts';
import type { EndingValue } from '../db/app/stores/manual-values.ts';
import type { ActivityDeps } from './deps.ts';

export function manualValueActivities(deps: ActivityDeps) {
  const { app } = deps;
  return {
    async useManualValue({ snapshotId, snapshotIds }: { snapshotId: string; snapshotIds?: string[] }): Promise<void> {
      await app.manualValues.activate(snapshotIds ?? [snapshotId]);
    },

    /** `shown`: how many are still in place. */
    async endManualValues(input: {
      connectionId: string;
      metricKeys: MetricKey[] | null;
      by: string;
    }): Promise<{ ended: number; shown: number }> {
      const { connectionId, metricKeys, by } = input;
      const { ended, shown } = await app.manualValues.end({ connectionId, metricKeys }, { actor: by });
      for (const id of ended) await app.tasks.completeBySubject(id, 'The value was handed back.', by);
      return { ended: ended.length, shown };
    },

    /**
     * The provider's value wins again; what the person had entered, and the difference, stay as a row, and a large one is a task.
     * `stands`: one whose metric is under review.
     */
    async handBackManualValues({ connectionId }: { connectionId: string }): Promise<{ stands: boolean }> {
      await handBackValues(deps, connectionId, 'engine');
      return { stands: await app.manualValues.standsByHand(connectionId) };
    },
  };
}

/** Between two passes of the comparison with Temporal: nothing has to happen on a connection for its people to hear of an end. */
export async function remindOfEnds(deps: Pick<ActivityDeps, 'app' | 'now'>): Promise<void> {
  const { app } = deps;
  for (const value of await app.manualValues.ending(new Date(deps.now().getTime() + remindBeforeMs))) {
    if (value.standing === 'ended') await app.tasks.completeBySubject(value.id, 'The value has ended.', 'engine');
    const { id: subject, companyId, connectionId } = value;
    await app.tasks.open({ companyId, connectionId, cause: endTasks[value.standing], subject, sentence: sentenceOf(value) });
  }
}

function sentenceOf({ label, metricKey, expiresAt, standing }: EndingValue): string {
  const at = `${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const what = `the value by hand of "${definitionOf(metricKey).title}"`;
  return standing === 'shown'
    ? `${label}: ${what} ends at ${at}, and the card goes back to the last good value of the source. Enter it anew while the source is away, or let it end.`
    : `${label}: ${what} ended at ${at}, and the card shows the last good value of the source. Enter it anew if the client needs it, or restore the source.`;
}

/** Also asked for by a person who accepts the value that was under review. */
export async function handBackValues({ app, now }: Pick<ActivityDeps, 'app' | 'now'>, connectionId: string, actor: string) {
  const compared = await app.manualValues.handBack(connectionId, now(), actor);
  const { companyId, label } = await app.connections.get(connectionId);
  for (const { snapshotId, metricKey, ...values } of compared) {
    await app.tasks.completeBySubject(snapshotId, 'The source is back.', actor);
    const { isLarge, sentence } = judgeDifference(definitionOf(metricKey), values);
    if (isLarge && !(await app.tasks.everAbout(companyId, `difference:${snapshotId}`)))
      await app.tasks.open({
        companyId,
        connectionId,
        cause: 'manual_value_differs',
        subject: `difference:${snapshotId}`,
        sentence: `${label}: ${sentence}`,
      });
  }
}
