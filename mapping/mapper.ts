import { compileMapping } from '../domain/compile-mapping.ts';
import { expressionsOf, type MappingResult, type MappingSet } from '../domain/mapping.ts';
import { evaluate } from './expressions.ts';
import { readPhone } from './phone.ts';

/** Maps raw records, one answer for each, in their order. */
export type Mapper = (raws: readonly unknown[]) => Promise<MappingResult[]>;

const mappers = new WeakMap<MappingSet, Mapper>();

/** The mapper of one mapping set, compiled the first time that it is asked for. */
export function mapperOf(mapping: MappingSet): Mapper {
  const known = mappers.get(mapping);
  if (known) return known;
  const mapper = createMapper(mapping);
  mappers.set(mapping, mapper);
  return mapper;
}

function createMapper(mapping: MappingSet): Mapper {
  const compiled = compileMapping(mapping, { phone: readPhone });
  const expressions = expressionsOf(mapping);
  if (expressions.length === 0) return async (raws) => raws.map((raw) => compiled(raw));
  return async (raws) => {
    const computed = await evaluate(expressions, raws);
    return raws.map((raw, index) => compiled(raw, computed[index]));
  };
}
