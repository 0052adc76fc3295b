import { Badge, Card, createTheme, Modal, Notification, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';
import { words } from './words/index.ts';

const harbor: MantineColorsTuple = [
  '#e8f6f6',
  '#d3ebeb',
  '#a7d6d7',
  '#77c0c2',
  '#52aeb0',
  '#3aa3a6',
  '#2a9da1',
  '#17878b',
  '#05777b',
  '#00666a',
];

export const theme = createTheme({
  primaryColor: 'harbor',
  // White words on it have a contrast of at least 4.5 to 1.
  primaryShade: { light: 9, dark: 8 },
  colors: { harbor },
  defaultRadius: 'md',
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: '650' },
  components: {
    // A state is read whole or not at all.
    Badge: Badge.extend({
      defaultProps: { tt: 'none' },
      styles: { root: { flexShrink: 0, maxWidth: 'none' }, label: { overflow: 'visible' } },
    }),
    Card: Card.extend({ defaultProps: { withBorder: true } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': words.close } } }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': words.close } },
      styles: { description: { color: 'var(--mantine-color-dimmed)' } },
    }),
  },
});

/** Quiet words and errors stay readable: at least 4.5 to 1 on every ground that we put them on. */
export const cssVariables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-harbor-light-color': harbor[9],
    '--mantine-color-dimmed': colors.gray[7],
    '--mantine-color-error': colors.red[9],
    '--ground': colors.gray[0],
  },
  dark: { '--mantine-color-dimmed': colors.dark[1], '--mantine-color-error': colors.red[4], '--ground': colors.dark[8] },
});
