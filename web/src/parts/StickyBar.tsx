import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './StickyBar.module.css';

/** Stays in sight while what it belongs to is scrolled: the way to save is never a search. */
export function StickyBar({ children }: { children: ReactNode }) {
  return (
    <Group justify="space-between" gap="xs" className={classes.bar}>
      {children}
    </Group>
  );
}
