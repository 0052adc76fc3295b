import type { MappingResult, MappingSet } from '../domain/mapping.ts';
import { mapperOf } from '../mapping/mapper.ts';
import type { Provider } from '../providers/contract.ts';

/** Raw records by their mapping, in their order, and of a deal the steps that the provider's history tells. */
export async function toRecords(provider: Provider, mapping: MappingSet, raws: readonly unknown[]): Promise<MappingResult[]> {
  const results = await mapperOf(mapping)(raws);
  if (mapping.object !== 'deal') return results;
  const stream = Object.values(provider.streams).find(({ object }) => object === 'deal');
  return results.map((result, index) => {
    if (!('record' in result) || result.record.object !== 'deal') return result;
    return { record: { ...result.record, movements: stream?.movements?.(raws[index]) ?? [] } };
  });
}
