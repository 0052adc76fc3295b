/**
 * A program: fetching alone. The stream's own pages over the engine's HTTP client, and nothing done with them. The first ten pages
 * are fetched twice, because a worker has been at it for days.
 */
import { answer, programInput } from '../program.ts';
import { fetchAll, type PagesInput } from './pages.ts';

const input = await programInput<PagesInput>();
let warming = 10;
for await (const _ of fetchAll(input)) if ((warming -= 1) === 0) break;

const began = performance.now();
let records = 0;
for await (const page of fetchAll(input)) records += page.length;
answer({ records, ms: performance.now() - began });
