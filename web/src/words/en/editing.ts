/** Of what people change while others may change it too. */
export const editing = {
  change: 'Change',
  save: 'Save',
  saved: 'Saved',
  overtaken: (who: string) => `${who} has changed this while you were editing`,
  somebodyElse: 'Somebody else',
  more: 'Nothing is lost: yours is still here, theirs is saved. Look at what differs, then choose.',
  look: 'See what differs',
  theirsToYours: 'Before: theirs. After: yours.',
  takeTheirs: 'Take theirs, drop mine',
  keepMine: 'Save mine over theirs',
  leave: 'Your changes are not saved, and are gone when you leave. Leave all the same?',
};
