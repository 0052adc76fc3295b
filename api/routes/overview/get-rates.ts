import { z } from 'zod';
import { rateOf } from '../../../domain/health.ts';
import type { DaySummary } from '../../../db/app/stores/health.ts';
import { route } from '../../route.ts';
import { day } from '../../schemas.ts';
import { windowOf, windowQuery } from './window.ts';

const rate = z.number().min(0).max(1).nullable().meta({ description: 'From 0 to 1; null where there was nothing.' });

const rates = z.object({
  runs: z.object({ succeeded: z.number(), failed: z.number(), successRate: rate, failureRate: rate }),
  checks: z.object({ ok: z.number(), failed: z.number(), successRate: rate, failureRate: rate }),
  records: z.object({ taken: z.number(), failed: z.number(), successRate: rate, failureRate: rate }),
  circuitsOpened: z.number(),
});

export const getRates = route({
  method: 'get',
  path: '/companies/:companyId/rates',
  permission: 'health.read',
  summary:
    'How many runs, checks and records went well and failed, in all and by provider; the last 30 days (UTC) when nothing is asked',
  query: windowQuery,
  answer: z
    .object({ from: day, to: day, total: rates, providers: z.array(rates.extend({ providerKey: z.string() })) })
    .meta({ id: 'Rates' }),
  async handle({ deps, found, query }) {
    const { from, to } = windowOf(query);
    const summaries = await deps.stores.health.summaries({ companyId: found.company.id, from, to });
    const keys = [...new Set(summaries.map(({ providerKey }) => providerKey))].toSorted();
    const providers = keys.map((providerKey) => ({
      providerKey,
      ...sum(summaries.filter((summary) => summary.providerKey === providerKey)),
    }));
    return { from, to, total: sum(summaries), providers };
  },
});

function sum(days: DaySummary[]) {
  const total = (of: (summary: DaySummary) => number) => days.reduce((so, summary) => so + of(summary), 0);
  const both = (ok: number, failed: number) => ({ successRate: rateOf(ok, failed), failureRate: rateOf(failed, ok) });
  const [succeeded, failedRuns] = [total(({ runs }) => runs.succeeded), total(({ runs }) => runs.failed)];
  const [ok, failedChecks] = [total(({ checks }) => checks.ok), total(({ checks }) => checks.failed)];
  const taken = total(({ records: { created, updated, unchanged } }) => created + updated + unchanged);
  const failedRecords = total(({ records }) => records.failed);
  return {
    runs: { succeeded, failed: failedRuns, ...both(succeeded, failedRuns) },
    checks: { ok, failed: failedChecks, ...both(ok, failedChecks) },
    records: { taken, failed: failedRecords, ...both(taken, failedRecords) },
    circuitsOpened: total(({ circuitsOpened }) => circuitsOpened),
  };
}
