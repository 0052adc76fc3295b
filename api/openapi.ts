import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { z } from 'zod';
import { permissions } from '../domain/permissions.ts';
import { errorSchema } from './errors.ts';
import { eventType } from './events.ts';
import { lineType } from './lines.ts';
import type { Route } from './route.ts';
import { linkSignIn, passwordSignIn, signedInSchema } from './sessions/schema.ts';

const refusalWords: Record<number, string> = {
  400: 'The request does not fit; `issues` names each wrong field.',
  401: 'No valid API key or token.',
  403: 'The role may not do this.',
  404: 'There is no such thing, or it is another company’s.',
  409: 'Refused, with the reason.',
  410: 'It was deleted after its time.',
  413: 'The body is larger than 256 KiB.',
  415: 'The body is not application/json.',
  422: 'The request is sound, but it must not be done.',
  429: 'Too many requests; `Retry-After` says when to come again.',
  503: 'The database or Temporal does not answer: try again.',
  504: 'The workflow has not answered yet: look at its state.',
};

/** The API's document, made from the same schemas that check requests and answers. */
export function createOpenApi(routes: Route[], publicUrl: string) {
  const paths: ZodOpenApiPathsObject = {
    '/webhooks/{provider}/{connectionId}': { post: webhook },
    '/webhooks/{provider}': { post: webhookOfAll },
    '/v1/session/password': { post: signIn('password', passwordSignIn, 'Sign a browser in with e-mail address and password') },
    '/v1/session/link': { post: signIn('link', linkSignIn, 'Sign a browser in with a link that is good once') },
    '/v1/session/oidc': { get: signInElsewhere },
  };
  for (const route of routes) {
    const path = `/v1${route.path.replace(/:(\w+)/g, '{$1}')}`;
    (paths[path] ??= {})[route.method] = describeRoute(route);
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Linkwright',
      version: '1',
      description:
        'Connects a company to the outside systems it lives on. Lists page by `cursor`; creating calls honour `Idempotency-Key`; every answer that concerns a workflow links to it.',
    },
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }, { browser: [] }],
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, `lw_…`, or a token of the issuer that is trusted here.',
        },
        browser: {
          type: 'apiKey',
          in: 'cookie',
          name: publicUrl.startsWith('https:') ? '__Host-linkwright' : 'linkwright',
          description: 'The cookie of a browser that signed in; what changes something must come from a page of ours.',
        },
      },
    },
    paths,
  });
}

/** The one route that providers call, not people: its guard is the signature. */
const webhook = {
  summary: 'Receive a provider’s webhook; it is answered after its events are committed',
  description: 'Signed by the provider over its raw bytes; the shape of body and answer is the provider’s own.',
  operationId: 'receive_webhook',
  tags: ['webhooks'],
  security: [],
  requestParams: { path: z.object({ provider: z.string(), connectionId: z.string() }) },
  requestBody: { required: true, content: { '*/*': { schema: z.unknown() } } },
  responses: {
    '2XX': { description: 'Stored, or stored before; the body is what the provider expects.' },
    ...refusalsOf({
      400: 'The body is not what its content type says.',
      401: 'The signature is missing, or it does not fit.',
      404: 'There is no such connection.',
      410: 'The connection is disconnected.',
      413: refusalWords[413]!,
      415: 'The provider does not send this content type.',
      503: 'The database does not answer: send it again.',
    }),
  },
} satisfies ZodOpenApiOperationObject;

const webhookOfAll = {
  ...webhook,
  summary: 'Receive the webhooks of all accounts of the platform’s own app at a provider',
  description:
    'For providers that know one address for an app. Signed with the app’s client secret; each event goes to the connections of its account, and one of an account that no connection is of is answered and not kept.',
  operationId: 'receive_webhook_of_app',
  requestParams: { path: z.object({ provider: z.string() }) },
  responses: {
    '2XX': webhook.responses['2XX'],
    ...refusalsOf({
      400: 'The body is not what its content type says.',
      401: 'The signature is missing, or it does not fit.',
      404: 'The provider has no such address.',
      413: refusalWords[413]!,
      415: 'The provider does not send this content type.',
      503: 'The database does not answer: send it again.',
    }),
  },
} satisfies ZodOpenApiOperationObject;

function signIn(method: string, body: z.ZodType, summary: string) {
  return {
    summary,
    operationId: `sign_in_by_${method}`,
    tags: ['session'],
    security: [],
    requestBody: { required: true, content: { 'application/json': { schema: body } } },
    responses: {
      201: {
        description: 'Signed in; the cookie comes with the answer.',
        content: { 'application/json': { schema: signedInSchema } },
      },
      ...refusalsOf({
        400: refusalWords[400]!,
        401: 'Not who they say, or no longer let in.',
        403: 'It came from a page of another site.',
        429: refusalWords[429]!,
        503: refusalWords[503]!,
      }),
    },
  } satisfies ZodOpenApiOperationObject;
}

const signInElsewhere = {
  summary: 'Send a browser to the platform’s OpenID Connect provider, where there is one, and sign it in when it comes back',
  operationId: 'sign_in_by_oidc',
  tags: ['session'],
  security: [],
  requestParams: { query: z.object({ returnTo: z.string().optional().meta({ description: 'A path of ours.' }) }) },
  responses: {
    303: { description: 'To the provider’s page.' },
    ...refusalsOf({ 404: 'No provider is set.', 429: refusalWords[429]!, 503: 'The provider does not answer.' }),
  },
} satisfies ZodOpenApiOperationObject;

function describeRoute(route: Route) {
  const roles = permissions[route.permission].join(', ');
  const params = Object.fromEntries(route.subjects.map((name) => [name, z.string()]));
  const takesNothing = route.body instanceof z.ZodObject && Object.keys(route.body.shape).length === 0;
  const takesBody = route.method !== 'get' && !takesNothing;
  return {
    summary: route.summary,
    description: `Permission \`${route.permission}\`: ${roles || 'no role; it is granted to one person or key'}.`,
    operationId: operationId(route),
    tags: [tagOf(route.path)],
    requestParams: {
      ...(route.subjects.length > 0 && { path: z.object(params) }),
      ...(route.query instanceof z.ZodObject && { query: route.query }),
      ...(route.idempotent && {
        header: z.object({
          'Idempotency-Key': z
            .string()
            .optional()
            .meta({ description: 'A repeat within a day, with the same key and body, gets the first answer.' }),
        }),
      }),
    },
    ...(takesBody && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: responsesOf(route),
  };
}

function responsesOf(route: Route): ZodOpenApiResponsesObject {
  const general = [400, 401, 403, ...(route.subjects.length > 0 ? [404] : []), ...(route.method === 'get' ? [] : [413, 415])];
  const refusals = new Set([...general, ...(route.idempotent ? [409, 422] : []), ...(route.refusals ?? []), 429, 503]);
  return {
    [String(route.status)]: {
      description: 'Done.',
      content: { [route.events ? eventType : route.lines ? lineType : 'application/json']: { schema: route.answer } },
    },
    ...refusalsOf(Object.fromEntries([...refusals].map((status) => [status, refusalWords[status]!]))),
  };
}

/** One response for each status, in the order of their numbers. */
function refusalsOf(words: Record<number, string>): ZodOpenApiResponsesObject {
  const responses = Object.entries(words).map(([status, description]) => [
    status,
    { description, content: { 'application/json': { schema: errorSchema } } },
  ]);
  return Object.fromEntries(responses) as ZodOpenApiResponsesObject;
}

/** `GET /connections/:connectionId/runs` becomes `get_connections_by_connectionId_runs`: unique, because paths are. */
const operationId = ({ method, path }: Route) =>
  [method, ...path.split('/').filter(Boolean)].map((part) => part.replace(/^:(\w+)$/, 'by_$1').replace(/\W/g, '_')).join('_');

/** The thing that a path is about: the part after its first id, or its first part. */
function tagOf(path: string): string {
  const [first, , second] = path.split('/').filter(Boolean);
  return first === 'companies' && second ? second : first!;
}
