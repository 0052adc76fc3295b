/** How keys are replaced: every value is sealed again with new data keys, or every data key is wrapped by another master key. */
import { counted } from './counted.ts';

/** `master`: data keys are wrapped by the master key given as `MASTER_KEY`. `data`: every scope gets a new data key. */
export const rotationKinds = ['master', 'data'] as const;
export type RotationKind = (typeof rotationKinds)[number];

/** `rotated`: nothing is on the old key as far as known, and a person decides between reverse and retire. */
export const rotationPhases = ['rotating', 'rotated', 'reversing', 'retiring', 'reversed', 'retired'] as const;
export type RotationPhase = (typeof rotationPhases)[number];

export interface RotationPolicy {
  /** Keys or values looked at in one statement. */
  pageSize: number;
  /** How long one activity works before the workflow is asked again; a reverse begins within this. */
  workForMs: number;
  /** After new keys are in force: every process has looked again by then. */
  settleMs: number;
}
export const rotationPolicy: RotationPolicy = { pageSize: 500, workForMs: 60_000, settleMs: 10_000 };

export interface RotationProgress {
  kind: RotationKind;
  phase: RotationPhase;
  /** Data keys that were made, wrapped again or put back. */
  keys: number;
  /** Values that were sealed again. */
  values: number;
  /** Values that do not open with the key that their row names, found in the last pass: they stay as they are. */
  broken: number;
}

/** What can still be commanded in each phase; `null` when it can, else why not. */
export const commandRefusals: Record<'reverse' | 'retire', Record<RotationPhase, string | null>> = {
  reverse: {
    rotating: null,
    rotated: null,
    reversing: 'The rotation is being reversed already.',
    retiring: 'The old key is being retired: it cannot be put back.',
    reversed: 'The rotation was reversed already.',
    retired: 'The old key is retired: it cannot be put back.',
  },
  retire: {
    rotating: null,
    rotated: null,
    reversing: 'The rotation is being reversed: when that is done, the new key goes by itself.',
    retiring: 'The old key is being retired already.',
    reversed: 'The rotation was reversed: the old key is the one in force.',
    retired: 'The old key is retired already.',
  },
};

const phaseWords: Record<RotationPhase, string> = {
  rotating: 'Under way; it can be reversed.',
  rotated: 'Done. The old key is still there: retire it, or reverse.',
  reversing: 'Being reversed.',
  retiring: 'The old key is being retired.',
  reversed: 'Reversed: the keys of before are in force.',
  retired: 'Done: the old key is retired.',
};

export function describeRotation({ kind, phase, keys, values, broken }: RotationProgress): string {
  const found =
    broken > 0 ? ` ${counted(broken, 'value does not open and stays as it is', 'values do not open and stay as they are')}.` : '';
  return `Rotation of the ${kind} keys. ${phaseWords[phase]} Keys changed: ${keys}; values sealed again: ${values}.${found}`;
}
