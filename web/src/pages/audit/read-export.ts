import { words } from '../../words/index.ts';
import { streamExport, type Chain } from './chain.ts';

const newLine = 10;

/** Reads an export to its end and counts what comes. Throws when it was cut off: its last line says how many entries it has. */
export async function readExport(
  chain: Chain,
  period: { from: string; to: string },
  { signal, onEntries }: { signal: AbortSignal; onEntries: (entries: number) => void },
): Promise<{ file: Blob; entries: number }> {
  const stream = await streamExport(chain, period, signal);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let lines = 0;
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    lines += value.reduce((count, byte) => count + Number(byte === newLine), 0);
    onEntries(Math.max(0, lines - 1));
  }
  const file = new Blob(parts, { type: 'application/x-ndjson' });
  // The line that ends it is short.
  const [last = ''] = (await file.slice(-1_000).text()).trimEnd().split('\n').slice(-1);
  const entries = lines - 2;
  if (!last.startsWith('{"line":"end"') || (JSON.parse(last) as { entries: number }).entries !== entries)
    throw new Error(words.audit.cutOff);
  return { file, entries };
}

export function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
