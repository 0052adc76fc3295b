import { z } from 'zod';
import { signPortalLink } from '../../portal-links.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

export const createPortalLink = route({
  method: 'post',
  path: '/companies/:companyId/portal/links',
  permission: 'portal.link',
  summary:
    'A link into the company’s portal, for a frame in a page of the host platform: it shows what the client sees, and ends',
  body: z.strictObject({
    expiresInS: z
      .int()
      .min(60)
      .max(86_400)
      .default(3_600)
      .meta({ description: 'Until then it opens the portal, in any browser.' }),
  }),
  status: 201,
  answer: z
    .object({
      url: z.url().meta({ description: 'Who has it sees the portal. Pages of `PORTAL_EMBED_ORIGINS` may show it in a frame.' }),
      expiresAt: moment,
    })
    .meta({ id: 'PortalLink' }),
  async handle({ deps, caller, found: { company }, body: { expiresInS }, audit }) {
    const expiresAt = new Date((Math.floor(Date.now() / 1_000) + expiresInS) * 1_000);
    const issuedBy = caller.keyId ?? caller.actor;
    // First the row, then the link: one that nobody can account for is not given.
    const told = { companyId: company.id, action: 'portal.link' as const, subject: company.id, outcome: 'done' as const };
    await deps.stores.audit.append({ ...audit, ...told, detail: { issuedBy, expiresAt } });
    const token = await signPortalLink(deps.keyring, { companyId: company.id, issuedBy, expiresAt });
    return { url: `${deps.publicUrl}/portal/embed#${token}`, expiresAt };
  },
});
