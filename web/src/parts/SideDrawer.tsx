import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { words } from '../words/index.ts';

/** All of one thing, beside the list that it stands in. */
export function SideDrawer({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={title} closeButtonProps={{ 'aria-label': words.close }}>
      {children}
    </Drawer>
  );
}
