/** How much memory a process of the stack holds at most. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Service } from '../test/harness/service.ts';

/** The kernel's own record of the most that was resident; 5 sets it back. https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export function readPeakMiB(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024;
}

/** Of a process that runs with `--inspect`. What was garbage before would otherwise be counted, or hide what comes after. */
export async function collectGarbage({ lines, name }: Service): Promise<void> {
  const address = lines
    .findLast((line) => line.startsWith('Debugger listening on '))
    ?.split(' ')
    .at(-1);
  if (!address) throw new Error(`The process ${name} does not run with --inspect.`);
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const answered = once(socket, 'message');
  socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
  await answered;
  socket.close();
}
