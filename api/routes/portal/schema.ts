import { z } from 'zod';
import { day } from '../../schemas.ts';

/** What a client sees of a note: no ids, nothing else. */
export const noteSchema = z
  .object({ body: z.string(), sourceLabel: z.string(), from: day, until: day, action: z.string() })
  .meta({ id: 'Note' });
