import { api } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { ClientPortal } from './ClientPortal.tsx';

export function Portal() {
  const { companyId } = useCompany();
  return <ClientPortal read={api} companyId={companyId} />;
}
