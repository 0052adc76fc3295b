/** Programs of the benchmark that run in a process of their own: one input goes in, answers come out, as JSON over IPC. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts `bench/<file>`. `answers` waits for its next answer and fails when it ends without one. */
export function startProgram<Answer>(file: string, input: unknown): { answers(): Promise<Answer>; stop(): Promise<void> } {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  child.send(input as object);
  return {
    async answers() {
      const answer = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
      if (!answer) throw new Error(`bench/${file} ended without an answer (exit code ${child.exitCode}).`);
      return answer[0] as Answer;
    },
    async stop() {
      if (isRunning(child)) child.kill('SIGKILL');
      await ended;
    },
  };
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

/** Runs it to its one answer. */
export async function runProgram<Answer>(file: string, input: unknown): Promise<Answer> {
  const program = startProgram<Answer>(file, input);
  try {
    return await program.answers();
  } finally {
    await program.stop();
  }
}

/** In the program: its input. The program ends when whoever started it is gone. */
export async function programInput<Input>(): Promise<Input> {
  process.once('disconnect', () => process.exit(0));
  const [input] = await once(process, 'message');
  return input as Input;
}

export const answer = (value: unknown): void => void process.send!(value);
