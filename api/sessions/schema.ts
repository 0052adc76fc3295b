import { z } from 'zod';

/** Long enough that nobody guesses it, and short enough that hashing it costs nothing (NIST SP 800-63B, 3.1.1.2). */
export const newPassword = z
  .string()
  .min(12, 'Give at least 12 characters: a sentence of your own is good.')
  .max(256)
  .refine((text) => new Set(text).size > 4, 'Give more than a few different characters.');

const login = z.string().trim().min(1).max(254).meta({ description: 'The person’s e-mail address.' });

export const passwordSignIn = z.strictObject({ email: login, password: z.string().min(1).max(256) });
export const linkSignIn = z.strictObject({
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'Is not what a sign-in link holds: open the whole link.'),
});
export const signedInSchema = z
  .object({
    userId: z.string(),
    needsPassword: z.boolean().meta({ description: 'The person has no password yet: ask them to set one now.' }),
  })
  .meta({ id: 'SignedIn' });
