import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { createOpenApi } from '../../api/openapi.ts';
import { checkRoutes, route, type Route } from '../../api/route.ts';
import { routes } from '../../api/routes/index.ts';

const sound = { method: 'post', path: '/companies', permission: 'company.create', summary: 's', answer: z.object({}) } as const;
const make = (changes: object) => route({ ...sound, handle: async () => ({}), ...changes });

describe('The route table', () => {
  it('starts as it stands', () => {
    expect(() => checkRoutes(routes)).not.toThrow();
  });

  it.each([
    ['a route without a permission', { permission: undefined }, /names no known permission/],
    ['a route with a permission that nobody defined', { permission: 'company.paint' }, /names no known permission/],
    ['a parameter whose company nobody checks', { path: '/things/:thingId' }, /:thingId, which has no subject/],
    ['a body that lets undeclared keys through', { body: z.object({ a: z.string() }) }, /undeclared input at body/],
    [
      'such a body deep inside',
      { body: z.strictObject({ a: z.array(z.object({ b: z.string() })).optional() }) },
      /at body\.a\[\]/,
    ],
    ['a query that lets undeclared keys through', { query: z.looseObject({}) }, /undeclared input at query/],
  ])('does not start with %s', (_, changes, message) => {
    expect(() => checkRoutes([make(changes)])).toThrow(message);
  });

  it('does not start with the same route twice', () => {
    const entry: Route = make({});
    expect(() => checkRoutes([entry, entry])).toThrow(/twice/);
  });
});

describe('The OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(createOpenApi(routes, 'https://api.example.com')));

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(document);
    expect(errors).toBeUndefined();
    expect([valid, document.openapi]).toEqual([true, '3.1.0']);
  });

  it('has every route of the table, each with its permission and its errors', () => {
    for (const { method, path, permission } of routes) {
      const operation = document.paths[`/v1${path.replace(/:(\w+)/g, '{$1}')}`][method];
      expect(operation.description).toContain(permission);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '503']));
    }
  });

  it('has the body of a route that takes one of several', () => {
    const { post } = document.paths['/v1/connections/{connectionId}/queue/replays'];
    expect(post.requestBody.content['application/json'].schema.anyOf).toHaveLength(2);
  });

  it('links every answer that concerns a workflow to it, a refusal too', () => {
    /** By these fields an answer speaks of something that a workflow or a Schedule leads. */
    const telling = ['connectionId', 'runId', 'jobId', 'verdict', 'state', 'confirmed'];
    /** What people said, asked for or published, what a provider has, what a run wrote: no workflow leads it. */
    const led = (name: string) =>
      !'QueueFilter MappingRow OptOut ClientActivity SourceField DealMovement Circuit Anomaly'.split(' ').includes(name);
    const schemas = Object.entries(document.components.schemas as Record<string, { properties?: object }>)
      .map(([name, { properties = {} }]) => ({ name, fields: Object.keys(properties) }))
      .filter(({ name, fields }) => led(name) && fields.some((field) => telling.includes(field)));
    expect(schemas.map(({ name }) => name)).toEqual(
      expect.arrayContaining(
        `Connection CommandAnswer StepAnswer OnboardingProgress SyncJob SyncRun SyncError QueueItem InboundEvent Message Escalation
         Health Task`.split(/\s+/),
      ),
    );
    expect(schemas.filter(({ fields }) => !fields.includes('workflow') && !fields.includes('schedule'))).toEqual([]);
    expect(Object.keys(document.components.schemas.Error.properties.error.properties)).toContain('workflow');
  });
});
