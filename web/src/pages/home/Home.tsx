import { Navigate } from '@tanstack/react-router';
import { may, useSession } from '../../session.ts';
import { WhatNeedsSomebody } from './WhatNeedsSomebody.tsx';

/** What each role comes for: a client their cards, everybody else what needs somebody now. */
export function Home() {
  const session = useSession();
  return may(session, 'connection.read') ? <WhatNeedsSomebody /> : <Navigate to="/portal" replace />;
}
