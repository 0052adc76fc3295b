import type { ErasedTable } from '../../../domain/erasure.ts';
import { mentionsOf, type Person } from '../../../domain/person.ts';
import { readErased, type Erasing } from '../../erasure/counts.ts';
import type { ErasureScope } from '../../erasure/scope.ts';
import type { TrafficDb } from '../context.ts';
import { eraseTrafficOf } from '../erasure/erase-company.ts';
import { eraseTrafficPerson, type PersonErased } from '../erasure/erase-person.ts';

export interface TrafficErasureStore {
  eraseCompany(erasing: Erasing, scope: ErasureScope): Promise<void>;
  erasePerson(erasing: Erasing, scope: ErasureScope, person: Person): Promise<PersonErased>;
  /** What was done so far in the traffic database. */
  tables(id: string): Promise<ErasedTable[]>;
}

export function trafficErasureStore(db: TrafficDb): TrafficErasureStore {
  return {
    eraseCompany: (erasing, { own }) => eraseTrafficOf(db.sequelize, erasing, own),
    erasePerson: (erasing, scope, person) => eraseTrafficPerson(db, erasing, { scope, mentions: mentionsOf(person) }),
    tables: (id) => readErased(db.sequelize, id),
  };
}
