/**
 * The process in which expressions run: what an expression does there, endless work or all memory, ends this process and nothing
 * else. Takes batches, answers record by record. `expressions.ts` is the other side.
 */
import jsonata from 'jsonata';
import type { Computed } from '../domain/compile-mapping.ts';
import { expressionLimits, untried } from './expression-limits.ts';

const { softMs, depthMax, sequenceMax, strikesMax, charactersMax } = expressionLimits;
const tooLong = `ran for more than ${softMs} ms`;

export interface Batch {
  expressions: string[];
  raws: readonly unknown[];
}

/** Compiled by their text, which is all that they are; the oldest give way. */
const compiled = new Map<string, jsonata.Expression>();
const compiledMax = 500;

process.on('message', ({ expressions, raws }: Batch) => void answer(expressions, raws));
process.on('disconnect', () => process.exit());
// Ctrl-C at the terminal reaches every process: ours drains its work first, and ends this one by leaving.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.send!('ready');

async function answer(expressions: string[], raws: readonly unknown[]): Promise<void> {
  let strikes = 0;
  for (const raw of raws) {
    const computed: Computed[] = [];
    for (const expression of expressions) {
      const result = strikes < strikesMax ? await compute(expression, raw) : { fault: untried };
      if ('fault' in result && result.fault === tooLong) strikes += 1;
      computed.push(result);
    }
    process.send!(computed);
  }
}

/** Time that ran out is given once more: a busy machine may have taken it. */
async function compute(text: string, raw: unknown): Promise<Computed> {
  const first = await computeOnce(text, raw);
  return 'fault' in first && first.fault === tooLong ? computeOnce(text, raw) : first;
}

async function computeOnce(text: string, raw: unknown): Promise<Computed> {
  try {
    return bounded(await compile(text).evaluate(raw));
  } catch (error) {
    // The message of a JSONata error may repeat a value of the record; its code does not. The codes stand in
    // https://github.com/jsonata-js/jsonata/blob/v2.2.2/src/jsonata.js
    const code = (error as { code?: unknown }).code;
    if (code === 'D1012') return { fault: tooLong };
    if (code === 'D1011') return { fault: 'calls itself too deeply' };
    if (code === 'D2015') return { fault: `makes a list of more than ${sequenceMax} entries` };
    return { fault: `could not be computed (${typeof code === 'string' ? `JSONata ${code}` : 'an error of JSONata'})` };
  }
}

function compile(text: string): jsonata.Expression {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= compiledMax) compiled.delete(compiled.keys().next().value!);
  const expression = jsonata(text, { timeout: softMs, stack: depthMax, sequence: sequenceMax });
  compiled.set(text, expression);
  return expression;
}

function bounded(value: unknown): Computed {
  if (value === undefined || value === null) return { value: null };
  if (typeof value === 'string')
    return value.length <= charactersMax ? { value } : { fault: `gives more than ${charactersMax} characters` };
  if (typeof value === 'number' || typeof value === 'boolean') return { value };
  return { fault: 'gives a list or an object, where one value is needed' };
}
