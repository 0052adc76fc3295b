import type { DutyMember, Shift } from '../../../domain/duty.ts';
import { jsonText, select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

/** One roster for each company, and one for the platform (`null`). */
export interface DutyStore {
  /** In the roster's order; those who are disabled are not on it. */
  members(companyId: string | null): Promise<DutyMember[]>;
  /** Replaces the roster. Two who save at once take turns; the later one stands whole. */
  save(companyId: string | null, members: DutyMember[], audit: By): Promise<void>;
}

const scopeOf = (companyId: string | null) => companyId ?? 'platform';

export function dutyStore(db: AppDb): DutyStore {
  const { sequelize } = db;
  return {
    async members(companyId) {
      const rows = await select<Omit<DutyMember, 'shifts'> & { shifts: string | Shift[] }>(
        sequelize,
        `SELECT m.user_id AS userId, m.time_zone AS timeZone, m.shifts FROM duty_members m JOIN users u ON u.id = m.user_id
         WHERE m.scope = :scope AND u.disabled_at IS NULL ORDER BY m.position`,
        { scope: scopeOf(companyId) },
      );
      return rows.map(({ shifts, ...row }) => ({
        ...row,
        shifts: typeof shifts === 'string' ? (JSON.parse(shifts) as Shift[]) : shifts,
      }));
    },

    save: (companyId, members, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const scope = scopeOf(companyId);
        await write(
          sequelize,
          `INSERT INTO duty_rosters (scope, company_id, changed_by) VALUES (:scope, :companyId, :actor)
           ON DUPLICATE KEY UPDATE changed_by = VALUES(changed_by), changed_at = CURRENT_TIMESTAMP(3)`,
          { scope, companyId, actor: audit.actor },
          transaction,
        );
        await write(sequelize, 'DELETE FROM duty_members WHERE scope = :scope', { scope }, transaction);
        for (const [position, { userId, timeZone, shifts }] of members.entries())
          await write(
            sequelize,
            `INSERT INTO duty_members (scope, position, user_id, time_zone, shifts)
             VALUES (:scope, :position, :userId, :timeZone, :shifts)`,
            { scope, position, userId, timeZone, shifts: jsonText(shifts) },
            transaction,
          );
        const detail = { members };
        await appendAudit(db, { ...audit, companyId, action: 'duty.save', subject: scope, outcome: 'done', detail }, transaction);
      }),
  };
}
