/**
 * One rotation of keys: new keys come into force, every value is sealed again, and then a person decides whether the old key is
 * retired or the rotation reversed. Its id is always the same, so there is one at a time.
 */
import { allHandlersFinished, condition, setCurrentDetails, setHandler, sleep } from '@temporalio/workflow';
import { commandRefusals, describeRotation, type RotationPhase, type RotationProgress } from '../domain/key-rotation.ts';
import {
  retireKeysUpdate,
  reverseRotationUpdate,
  rotationProgressQuery,
  type CommandAnswer,
  type RotateKeysInput,
} from './messages.ts';
import { changing, own } from './proxies.ts';

export async function rotateKeys({ kind, rotation, masterKeyId, policy }: RotateKeysInput): Promise<RotationProgress> {
  const progress: RotationProgress = { kind, phase: 'rotating', keys: 0, values: 0, broken: 0 };
  const tell = (change: Partial<RotationProgress>) => {
    Object.assign(progress, change);
    setCurrentDetails(describeRotation(progress));
  };
  let wanted: { command: 'reverse' | 'retire'; by: string } | undefined;
  /** Something was sealed with the old key after all. */
  let isLate = false;
  const refusal = (command: 'reverse' | 'retire'): CommandAnswer | undefined => {
    const phase: RotationPhase = wanted ? (wanted.command === 'reverse' ? 'reversing' : 'retiring') : progress.phase;
    const reason = commandRefusals[command][phase];
    return reason === null ? undefined : { verdict: 'refused', reason };
  };

  setHandler(rotationProgressQuery, () => progress);
  setHandler(reverseRotationUpdate, ({ by }) => {
    const refused = refusal('reverse');
    if (refused) return refused;
    wanted = { command: 'reverse', by };
    return { verdict: 'accepted' };
  });
  setHandler(retireKeysUpdate, async ({ by }) => {
    const old = refusal('retire') ? undefined : await changing.countOld({ kind, policy });
    // Counting takes its time: somebody may have decided meanwhile.
    const refused = refusal('retire');
    if (refused) return refused;
    const left = `${old!.values} values and ${old!.keys} data keys are still on the old key`;
    if (progress.phase === 'rotating') return { verdict: 'refused', reason: `${left}: wait until the rotation is done.` };
    if (old!.values + old!.keys > 0) {
      isLate = true;
      return {
        verdict: 'refused',
        reason: `${left}. They are sealed again now: try again then. What does not open at all must be removed by hand.`,
      };
    }
    wanted = { command: 'retire', by };
    return { verdict: 'accepted' };
  });

  tell({});
  const isReversed = () => wanted?.command === 'reverse';
  const { masterKeyBefore } = await own.beginRotation({ kind, rotation, ...(masterKeyId && { masterKeyId }) });
  await changeKeys({ back: false });
  do {
    isLate = false;
    await reseal(isReversed);
    if (!isReversed()) tell({ phase: 'rotated' });
    await condition(() => wanted !== undefined || isLate);
    if (!wanted) tell({ phase: 'rotating' });
  } while (!wanted);

  if (isReversed()) {
    tell({ phase: 'reversing' });
    await changeKeys({ back: true });
    await reseal(() => false);
  } else tell({ phase: 'retiring' });
  await own.retireKeys({ kind, rotation, by: wanted.by });
  tell({ phase: isReversed() ? 'reversed' : 'retired' });
  await condition(allHandlersFinished);
  return progress;

  /** Puts the new keys into force, or those of before, and waits until every process uses them. */
  async function changeKeys({ back }: { back: boolean }): Promise<void> {
    const target = back ? masterKeyBefore : masterKeyId;
    for (let isThrough = false; !isThrough && isReversed() === back;) {
      const turn = await changing.changeKeys({ kind, rotation, ...(target && { masterKeyId: target }), back, policy });
      isThrough = turn.isThrough;
      tell({ keys: progress.keys + turn.changed });
    }
    await sleep(policy.settleMs);
  }

  /** Pass after pass, until one finds nothing that can be sealed again. */
  async function reseal(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      let turn = await changing.resealValues({ policy });
      let counted = 0;
      for (;;) {
        tell({ values: progress.values + turn.progress.resealed - counted, broken: turn.progress.broken });
        counted = turn.progress.resealed;
        if (isOver()) return;
        if (turn.isThrough) break;
        turn = await changing.resealValues({ policy, progress: turn.progress });
      }
      if (turn.progress.old === turn.progress.broken) return;
    }
  }
}
