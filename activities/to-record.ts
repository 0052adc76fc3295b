import { applyMapping, type MappingResult, type MappingSet } from '../domain/mapping.ts';
import type { Provider } from '../providers/contract.ts';

/** A raw record by its mapping, and of a deal the steps that the provider's history tells. */
export function toRecord(provider: Provider, mapping: MappingSet, raw: unknown): MappingResult {
  const result = applyMapping(mapping, raw);
  if (!('record' in result) || result.record.object !== 'deal') return result;
  const stream = Object.values(provider.streams).find(({ object }) => object === 'deal');
  return { record: { ...result.record, movements: stream?.movements?.(raw) ?? [] } };
}
