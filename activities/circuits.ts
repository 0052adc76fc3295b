/**
 * The circuits of one process: counts in memory, the open state in the rows that all processes share. A closed circuit costs one look
 * at its row a second while calls go out, and an open one a look for each call that it refuses.
 */
import {
  circuitPolicy,
  countCall,
  describeWindow,
  isAway,
  type CallEnd,
  type CallWindow,
  type CircuitPolicy,
} from '../domain/circuit.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { CircuitChange, CircuitOwner, CircuitStore, OpenCircuit, Probe } from '../db/app/stores/circuits.ts';

/** `refused`: nothing may go out; `probeInMs` until somebody tries. */
export type Admission =
  { refused: true; probeInMs: number } | { refused: false; ended(end: CallEnd, sentence?: string): Promise<void> };

export interface Circuits {
  /** Asked before each call. Whoever is admitted tells how it ended. Neither ever throws: our own database may be away. */
  admit(owner: CircuitOwner): Promise<Admission>;
  /** A person's own try goes out whatever the circuit says; what it finds counts all the same. */
  admitPerson(owner: CircuitOwner): Admission & { refused: false };
}

interface Options {
  store: CircuitStore;
  log: Record<'info' | 'warn', (line: object, message: string) => void>;
  policy?: CircuitPolicy;
  /** Wakes what waits for the provider and does not ask again by itself. */
  onClosed(change: CircuitChange): Promise<void>;
}

interface Known {
  window: CallWindow;
  /** When its row was last seen closed, on `performance.now()`. */
  closedAtMs: number;
}

/** While a probe is under way, the others ask again after this. */
const probedAskAgainMs = 1_000;
export const askAgainMs = ({ probeInMs }: OpenCircuit): number => (probeInMs > 0 ? probeInMs : probedAskAgainMs);
/** Connections that a process remembers; those that called longest ago are forgotten first. */
const knownMax = 10_000;

export function createCircuits({ store, log, policy = circuitPolicy, onClosed }: Options): Circuits {
  const known = new Map<string, Known>();
  const { rereadMs } = policy;

  const remember = (connectionId: string, change: Partial<Known>): Known => {
    const next = { window: [], closedAtMs: -Infinity, ...known.get(connectionId), ...change };
    known.delete(connectionId);
    known.set(connectionId, next);
    if (known.size > knownMax) known.delete(known.keys().next().value!);
    return next;
  };

  /** What the circuit cannot write down must neither fail a call nor hide what the provider said. */
  const safely = async <T>(connectionId: string, work: Promise<T>): Promise<T | null> => {
    try {
      return await work;
    } catch (error) {
      log.warn({ err: error, connectionId }, 'the circuit could not be read or written; calls go on as they did');
      return null;
    }
  };

  const tellOpened = (change: CircuitChange | null) => {
    if (change)
      log.warn(
        { event: 'circuit', ...change, outcome: 'open' },
        'the provider is away: nothing more is asked for this connection',
      );
  };

  async function close(connectionId: string): Promise<void> {
    remember(connectionId, { window: [], closedAtMs: performance.now() });
    const change = await safely(connectionId, store.close(connectionId, 'A call was answered.'));
    if (!change) return;
    log.info({ event: 'circuit', ...change, outcome: 'closed' }, 'the provider answers again');
    await safely(connectionId, onClosed(change));
  }

  async function count(owner: CircuitOwner, end: CallEnd, sentence: string): Promise<void> {
    const { connectionId } = owner;
    const now = performance.now();
    const { window } = remember(connectionId, { window: countCall(known.get(connectionId)?.window ?? [], end, now, policy) });
    if (end !== 'outage' || !isAway(window, now, policy)) return;
    const reason = `${describeWindow(window, now, policy)} ${sentence}`;
    // Counted anew from here on: the calls that are still under way must not open it again right after it has closed.
    remember(connectionId, { window: [], closedAtMs: -Infinity });
    tellOpened(await safely(connectionId, store.trip(owner, reason, policy)));
  }

  async function probed(probe: Probe, end: CallEnd, sentence: string): Promise<void> {
    if (end === 'answered') await close(probe.connectionId);
    else
      await safely(probe.connectionId, end === 'outage' ? store.probeFailed(probe, sentence, policy) : store.probeUntold(probe));
  }

  return {
    async admit(owner) {
      const { connectionId } = owner;
      const admitted = admission((end, sentence) => count(owner, end, sentence));
      if (performance.now() - (known.get(connectionId)?.closedAtMs ?? -Infinity) < rereadMs) return admitted;
      const open = await safely(connectionId, store.open(connectionId));
      if (!open) {
        remember(connectionId, { closedAtMs: performance.now() });
        return admitted;
      }
      if (open.probeInMs > 0) return { refused: true, probeInMs: open.probeInMs };
      const probe = open.isProbed ? null : await safely(connectionId, store.claimProbe(connectionId, policy));
      if (!probe) return { refused: true, probeInMs: probedAskAgainMs };
      return admission((end, sentence) => probed(probe, end, sentence));
    },

    admitPerson: (owner) =>
      admission((end, sentence) => (end === 'answered' ? close(owner.connectionId) : count(owner, end, sentence))),
  };
}

/**
 * In how long the provider may be asked again, when it is away; `null` when it is not, or when something else is wrong. What fails
 * meanwhile counts no attempt: ladders are for what fails though the provider is there.
 */
export async function awayForMs(
  circuits: Pick<CircuitStore, 'open'>,
  { connectionId, code }: { connectionId: string; code: string },
): Promise<number | null> {
  const open = code === ('provider_unavailable' satisfies FailureCode) ? await circuits.open(connectionId) : null;
  return open && askAgainMs(open);
}

/** The first word on how it ended stands. */
function admission(tell: (end: CallEnd, sentence: string) => Promise<void>): Admission & { refused: false } {
  let told = false;
  return {
    refused: false,
    async ended(end, sentence = '') {
      if (told) return;
      told = true;
      await tell(end, sentence);
    },
  };
}
