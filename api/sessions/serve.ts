/** Where a browser becomes somebody's: by password, by a link that is good once, or at the platform's OpenID Connect provider. */
import express, { type Request, type Response, type Router } from 'express';
import type { z } from 'zod';
import type { SignInMethod } from '../../db/app/stores/sessions.ts';
import type { User } from '../../db/app/stores/users.ts';
import type { Deps } from '../deps.ts';
import { invalid, issuesOf, unauthenticated } from '../errors.ts';
import { readJsonBody } from '../json-body.ts';
import { localsOf } from '../locals.ts';
import { refuseOtherSites, setSessionCookie } from './cookie.ts';
import { createOidc } from './oidc.ts';
import { linkSignIn, passwordSignIn, signedInSchema } from './schema.ts';

export function serveSignIn(deps: Deps): Router {
  const router = express.Router();
  const prepare = (route: string) => async (request: Request, response: Response, next: () => void) => {
    localsOf(response).route = `/v1/session${route}`;
    await deps.limits.request(request.ip ?? '');
    await deps.limits.signIn(request.ip ?? '');
    next();
  };

  router.post('/password', prepare('/password'), ...readJsonBody, async (request, response) => {
    refuseOtherSites(request);
    const { email, password } = parse(passwordSignIn, request.body);
    await deps.limits.login(email);
    const { userId, isRight } = await deps.stores.passwords.check(email, password);
    const owner = userId === null ? null : await deps.stores.users.find(userId);
    const person = isRight ? enabled(owner) : null;
    if (!person) {
      await refuse(deps, request, { email, owner });
      throw unauthenticated('E-mail address or password is wrong, or the person may no longer sign in.');
    }
    response.status(201).json(await begin(deps, request, response, { person, method: 'password' }));
  });

  router.post('/link', prepare('/link'), ...readJsonBody, async (request, response) => {
    refuseOtherSites(request);
    const { token } = parse(linkSignIn, request.body);
    const used = await deps.stores.passwords.useLink(token);
    const person = used && enabled(await deps.stores.users.find(used.userId));
    if (!person) {
      await deps.limits.signInFailed(request.ip ?? '');
      throw unauthenticated('This link was used, has expired, or is not whole: ask an admin for another one.');
    }
    response.status(201).json(await begin(deps, request, response, { person, method: 'link' }));
  });

  if (deps.oidc) {
    const oidc = createOidc(deps.oidc, deps.publicUrl);
    router.get('/oidc', prepare('/oidc'), (request, response) => oidc.start(request, response));
    router.get('/oidc/callback', prepare('/oidc/callback'), async (request, response) => {
      const { identity, returnTo } = await oidc.finish(request, response);
      const person = enabled(await deps.stores.users.findByToken(identity));
      if (!person) return oidc.refuse(response);
      await begin(deps, request, response, { person, method: 'oidc' });
      response.redirect(303, returnTo);
    });
  }
  return router;
}

async function begin(
  { stores, publicUrl }: Deps,
  request: Request,
  response: Response,
  { person, method }: { person: User; method: SignInMethod },
): Promise<z.output<typeof signedInSchema>> {
  const { token } = await stores.sessions.begin(person, method, { actor: person.id, from: request.ip ?? null });
  setSessionCookie(response, publicUrl, token);
  return { userId: person.id, needsPassword: method === 'link' && !(await stores.passwords.isSet(person.id)) };
}

const enabled = (person: User | null) => (person?.disabledAt ? null : person);

/** Counted by address and by login; who owns the login finds it in their company's audit log. */
async function refuse(
  { limits, stores }: Deps,
  request: Request,
  { email, owner }: { email: string; owner: User | null },
): Promise<void> {
  const from = request.ip ?? null;
  if (owner) {
    const entry = { companyId: owner.companyId, actor: owner.id, action: 'session.begin' as const, subject: owner.id };
    await stores.audit.append({ ...entry, outcome: 'refused', detail: { method: 'password' }, from });
  }
  await limits.signInFailed(from ?? '');
  await limits.loginFailed(email);
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input ?? {});
  if (!result.success) throw invalid(issuesOf(result.error));
  return result.data;
}
