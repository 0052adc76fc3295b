import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, Problem, type Schemas } from '../../api/client.ts';
import { valuesOf, type Content } from './content.ts';

export type Direction = 'in' | 'out';
/** One mapping of a connection. */
export interface MappingKey {
  connectionId: string;
  object: string;
  direction: Direction;
}
export type Draft = Schemas['MappingDraft'];
export type Preview = Schemas['MappingPreview'];

const of = ({ connectionId, object, direction }: MappingKey) => ({
  path: { connectionId, objectKey: object },
  query: { direction },
});

export const connectionQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connection', connectionId],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}', { params: { path: { connectionId } } })),
    staleTime: 15_000,
  });

export const mappingsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['mappings', connectionId],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/mappings', { params: { path: { connectionId } } })),
    refetchInterval: 30_000,
  });

/** Looked at now and then, so that somebody who edits hears of another who saved. `null`: there is none. */
export const draftQuery = (key: MappingKey) =>
  queryOptions({
    queryKey: ['mapping-draft', key],
    async queryFn(): Promise<Draft | null> {
      try {
        return await answerOf(api.GET('/v1/connections/{connectionId}/mappings/{objectKey}/draft', { params: of(key) }));
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
    refetchInterval: 10_000,
  });

export const sourceFieldsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['source-fields', connectionId],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/source-fields', { params: { path: { connectionId } } })),
    staleTime: 60_000,
  });

/** What a mapping makes of the sample. The same mapping is not tried twice. */
export const previewQuery = (key: MappingKey, mapping: Content) =>
  queryOptions({
    queryKey: ['mapping-preview', key, mapping],
    queryFn: () => preview(key, mapping, 'stored'),
    staleTime: Infinity,
    retry: false,
  });

export const preview = (key: MappingKey, mapping: Content, sample: 'stored' | 'fetched'): Promise<Preview> =>
  answerOf(
    api.POST('/v1/connections/{connectionId}/mappings/{objectKey}/draft/preview', {
      params: of(key),
      body: { sample, mapping },
    }),
  );

/** A record as it came; only for those who were granted to see it, and each look stands in the audit log. */
export const rawQuery = (connectionId: string, eventId: string) =>
  queryOptions({
    queryKey: ['raw-record', eventId],
    async queryFn() {
      const { payload } = await answerOf(
        api.GET('/v1/connections/{connectionId}/events/{eventId}/payload', { params: { path: { connectionId, eventId } } }),
      );
      return valuesOf((payload as { record?: unknown }).record);
    },
    staleTime: Infinity,
    retry: false,
  });

export const saveDraft = (key: MappingKey, revision: number | null, mapping: Content): Promise<Draft> =>
  answerOf(
    api.POST('/v1/connections/{connectionId}/mappings/{objectKey}/draft', { params: of(key), body: { revision, mapping } }),
  );

export const discardDraft = (key: MappingKey) =>
  answerOf(api.DELETE('/v1/connections/{connectionId}/mappings/{objectKey}/draft', { params: of(key) }));

export const publishDraft = (key: MappingKey, revision: number) =>
  answerOf(
    api.POST('/v1/connections/{connectionId}/mappings/{objectKey}/draft/publish', { params: of(key), body: { revision } }),
  );

export const rollBack = (key: MappingKey, toVersion: number) =>
  answerOf(api.POST('/v1/connections/{connectionId}/mappings/{objectKey}/roll-back', { params: of(key), body: { toVersion } }));

/** How many rows stand at which version, and the newest re-mapping; looked at often while that runs. */
export const remapQuery = ({ connectionId, object }: MappingKey) =>
  queryOptions({
    queryKey: ['remap', connectionId, object],
    queryFn: () =>
      answerOf(
        api.GET('/v1/connections/{connectionId}/mappings/{objectKey}/remap', {
          params: { path: { connectionId, objectKey: object } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.remap && state.data.remap.outcome === null ? 1_000 : 15_000),
  });

/** Looked at now and then, as a draft is. */
export const stagesQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['stages', connectionId],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/stages', { params: { path: { connectionId } } })),
    refetchInterval: 10_000,
  });
