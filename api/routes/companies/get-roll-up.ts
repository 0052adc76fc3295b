import { z } from 'zod';
import { rollUpsOf } from '../../roll-up.ts';
import { route } from '../../route.ts';
import { day, moment } from '../../schemas.ts';

const rollUpSchema = z
  .object({
    metric: z.string(),
    title: z.string(),
    value: z.string().nullable().meta({
      description: 'The sum of all that is fresh; null when nothing is, or when the metric does not add up (see the sentence).',
    }),
    unit: z.string(),
    period: z.string(),
    asOf: day.nullable().meta({ description: 'Day of the oldest value in the sum.' }),
    reporting: z.number().meta({ description: 'Companies that report: all that feeds them is fresh.' }),
    total: z.number().meta({ description: 'Companies that should report.' }),
    enteredByPerson: z.number().meta({ description: 'How many of the values a person entered.' }),
    sentence: z.string().meta({ description: 'For example: 7 of 8 reporting, as of 2026-11-20.' }),
    missing: z
      .array(
        z.object({
          companyId: z.string(),
          name: z.string(),
          lastSuccessAt: moment.nullable(),
          sentence: z.string().meta({ description: 'Since when it does not report, and what to do.' }),
        }),
      )
      .meta({ description: 'Who does not report; at most 100 of them.' }),
  })
  .meta({ id: 'RollUp' });

const missingMax = 100;

export const getRollUp = route({
  method: 'get',
  path: '/companies/:companyId/rollup',
  permission: 'company.rollup',
  summary: 'The company’s metrics with those of all its franchises, and how complete they are',
  answer: z.object({ items: z.array(rollUpSchema) }),
  async handle({ deps, found }) {
    const rolled = await rollUpsOf(deps, found.company.id);
    return { items: rolled.map((item) => ({ ...item, missing: item.missing.slice(0, missingMax) })) };
  },
});
