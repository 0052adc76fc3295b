/** For those who give others a look at the portal. */
export const portalLink = {
  share: 'Share the portal',
  title: 'A link into the portal',
  what: 'Whoever has the link sees what your client sees here, in any browser and without signing in, until it ends.',
  holdsFor: 'It holds for',
  spans: { '900': '15 minutes', '3600': '1 hour', '28800': '8 hours', '86400': '1 day' },
  audited: 'That you made one stands in the audit log. It ends sooner when your account is disabled or may no longer make links.',
  make: 'Make the link',
  until: 'It holds until',
  once: 'It is shown here once and kept nowhere: copy it now, or make another one later.',
  link: 'The link',
  copyLink: 'Copy the link',
  copied: 'Copied',
  frame: 'In a page of your own',
  copyFrame: 'Copy the frame',
  frameHow:
    'The page’s address must be one of those that whoever runs Linkwright has allowed (PORTAL_EMBED_ORIGINS). Other pages cannot show it.',
  byServer: 'A page that stays needs a new link each time it is opened. Its server asks for one with a key of an admin:',
};
