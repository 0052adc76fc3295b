import { api } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { may, useSession } from '../../session.ts';
import { ClientPortal } from './ClientPortal.tsx';
import { ShareLink } from './ShareLink.tsx';

export function Portal() {
  const { companyId } = useCompany();
  const mayShare = may(useSession(), 'portal.link');
  return <ClientPortal read={api} companyId={companyId} aside={mayShare && <ShareLink companyId={companyId} />} />;
}
