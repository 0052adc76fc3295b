import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { words } from '../../words/index.ts';

export function OneDrawer({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={title}
      closeButtonProps={{ 'aria-label': words.reports.close }}
    >
      {children}
    </Drawer>
  );
}
