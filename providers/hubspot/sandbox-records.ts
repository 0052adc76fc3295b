/** Deals and contacts as HubSpot would remember them, in memory and in the order in which search gives them. */

export interface SandboxVersion {
  value: string;
  atMs: number;
  /** `null` when a program set it. */
  userId: number | null;
}

export interface SandboxRecord {
  id: number;
  createdAtMs: number;
  modifiedAtMs: number;
  archivedAtMs: number | null;
  /** The record that has taken this one in. */
  mergedInto: number | null;
  properties: Record<string, string>;
  /** Of a deal's stage, oldest first. */
  stages: SandboxVersion[];
  /** Ids of a deal's contacts. */
  contacts: number[];
}

/**
 * Live records by time of change, so that a search is two look-ups and a slice however many there are. Records of one and the same
 * millisecond stand in the order of falling ids: HubSpot promises none, and whoever relies on one should fall.
 */
export class SandboxRecords {
  readonly byId = new Map<number, SandboxRecord>();
  private live: SandboxRecord[] = [];

  get(id: number): SandboxRecord {
    const found = this.byId.get(id);
    if (!found) throw new Error(`There is no record ${id}.`);
    return found;
  }

  addAll(records: SandboxRecord[]): void {
    for (const record of records) this.byId.set(record.id, record);
    this.live = [...this.live, ...records].toSorted(inOrder);
  }

  /** `change` may touch whatever the order depends on. */
  change(record: SandboxRecord, change: (record: SandboxRecord) => void): void {
    const before = this.position(record.modifiedAtMs, record.id);
    if (this.live[before] === record) this.live.splice(before, 1);
    change(record);
    if (isLive(record)) this.live.splice(this.position(record.modifiedAtMs, record.id), 0, record);
  }

  /** Live records from position `start` up to `end`, in the order of the index. */
  slice(start: number, end: number): SandboxRecord[] {
    return this.live.slice(start, end);
  }

  /** Where records of this millisecond with an id of at most `id` begin. */
  position(atMs: number, id = Number.POSITIVE_INFINITY): number {
    let [low, high] = [0, this.live.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { modifiedAtMs, id: other } = this.live[middle]!;
      if (modifiedAtMs < atMs || (modifiedAtMs === atMs && other > id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get count(): number {
    return this.live.length;
  }
}

export const isLive = ({ archivedAtMs, mergedInto }: SandboxRecord) => archivedAtMs === null && mergedInto === null;

function inOrder(a: SandboxRecord, b: SandboxRecord): number {
  return a.modifiedAtMs - b.modifiedAtMs || b.id - a.id;
}
