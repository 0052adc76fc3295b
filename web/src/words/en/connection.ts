import { count } from './count.ts';

/** As people say a span: the largest unit that it is at least one of. */
function span(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return count(seconds, 'second');
  if (seconds < 3_600) return count(Math.round(seconds / 60), 'minute');
  if (seconds < 86_400) return count(Math.round(seconds / 3_600), 'hour');
  return count(Math.round(seconds / 86_400), 'day');
}

const counted = (counts: Record<'created' | 'updated' | 'unchanged' | 'failed' | 'duplicate' | 'ignored', number>) => {
  const told = Object.entries(counts).flatMap(([what, many]) => (many > 0 ? [`${many} ${what}`] : []));
  return told.length > 0 ? `Records: ${told.join(', ')}.` : 'No records.';
};

const people: Record<string, string> = {
  owner: 'the owner',
  company_admin: 'the company’s admins',
  platform_admin: 'the platform’s admins',
  duty: 'who is on duty',
  platform_duty: 'who is on duty for the platform',
};

export const connection = {
  title: 'One connection',
  back: 'All connections',
  how: 'How it is',
  parts: 'Parts of the connection',
  since: 'since',
  next: 'What to do next',
  goOn: 'Go on with the setup',
  lastGood: 'Last good run',
  never: 'Never',
  owner: 'Owner',
  onDuty: (name: string) => `Nobody is assigned; ${name} is on duty`,
  nobody: 'Nobody is assigned: admins are told',
  circuit: 'Calls to the provider',
  workflow: 'Open in the Temporal UI',
  tabs: {
    story: 'Story',
    runs: 'Runs',
    commands: 'Commands',
    settings: 'Settings',
    mappings: 'Mappings',
    credentials: 'Credentials',
  },
  story: {
    label: 'What happened, newest first',
    routine: 'Also scheduled runs that went well',
    reason: (reason: string) => `“${reason}”`,
    byItself: 'Linkwright by itself',
    incident: 'The incident',
    runs: 'The runs',
    empty: 'Nothing happened yet',
    emptyMore: 'Steps, commands, incidents and runs stand here as they come.',
  },
  runs: {
    label: 'Runs, newest first',
    chart: (days: number) => `Records of the last ${count(days, 'day')}`,
    whole: (of: { succeeded: number; failed: number; created: number; updated: number; failedRecords: number }) =>
      `${count(of.succeeded, 'run')} went well and ${of.failed} failed. They created ${count(of.created, 'record')} and updated ${of.updated}; ${of.failedRecords} could not be taken over.`,
    created: 'Created',
    updated: 'Updated',
    failed: 'Failed',
    stream: 'What is synced',
    anyStream: 'Everything',
    unknownStream: 'A former stream',
    empty: 'It has not run yet',
    emptyMore: 'Runs stand here from the test run of the setup on.',
    noneOfStream: 'This has not run yet.',
    named: (stream: string, outcome: string) => `${stream}: ${outcome}`,
    outcomes: {
      succeeded: 'Went well',
      failed: 'Failed',
      cancelled: 'Stopped',
      skipped: 'Left out',
      running: 'Under way',
    },
    triggers: { schedule: 'On schedule', manual: 'On demand', onboarding: 'Test run' },
    took: (ms: number) => (ms < 1_000 ? 'less than a second' : span(ms)),
    counted,
    workflow: 'In the Temporal UI',
    errors: (many: number) => count(many, 'record failed', 'records failed'),
    moreErrors: (shown: number) => `The first ${shown} are shown; all of them stand in Failures.`,
  },
  settings: {
    changeOf: (what: string) => `Change: ${what}`,
    saved: 'It is saved.',
    about: 'The connection',
    label: 'Name',
    labelWill: 'What people read in lists and in notices, from now on.',
    owner: 'Owner',
    ownerWill: 'Is told first when it breaks, from the next incident on.',
    nobody: 'Nobody: whoever is on duty, then the admins',
    purpose: 'Purpose',
    purposeWill: 'For people alone: nothing runs by it.',
    reason: 'Why it is wanted',
    webhook: 'Address for the provider’s webhooks',
    noWebhook: 'This provider sends none',
    atProvider: (provider: string) => `At ${provider}`,
    atProviderWill:
      'Holds from the next run on. What was read before stays as it is until everything is read again, under Mappings.',
    notSet: 'Not set',
    policy: 'How it is run',
    usual: 'As usual',
    cadence: (stream: string) => stream,
    cadenceWill: (usual: string) => `How often it is read, from the next time on. Left empty: ${usual}, as usual.`,
    every: (seconds: number) => `every ${span(seconds * 1_000)}`,
    freshWithin: 'Out of date after',
    freshWithinWill:
      'Without a good run for this long, clients read that values are old, and people are told. Left empty: twice the time between two runs.',
    within: (seconds: number) => span(seconds * 1_000),
    escalate: 'People are called after',
    escalateWill: 'How many runs have to fail before anybody is called, from the next run on. Left empty: as usual.',
    inARow: ' in a row',
    afterFailedRuns: (many: number) => `${count(many, 'failed run')} in a row`,
    ladder: 'Who is called, in order',
    ladderWill: 'Of the next incident. Whoever answers within their time ends the calls; then the next one is called.',
    rungs: (ladder: { tell: string; acknowledgeWithinMs: number }[]) =>
      ladder.map(({ tell, acknowledgeWithinMs }) => `${people[tell] ?? tell} (${span(acknowledgeWithinMs)})`).join(', ') ||
      'nobody',
    people,
    tell: (place: number) => `Call number ${place}`,
    waits: (place: number) => `Time to answer ${place}`,
    removeRung: (place: number) => `Remove call number ${place}`,
    addRung: 'Add a call',
    asUsual: 'As usual again',
    usualLadder: 'The usual ones are called.',
    nobodyCalled: 'Nobody is called.',
    unitOf: (what: string) => `${what}: unit`,
    units: { seconds: 'seconds', minutes: 'minutes', hours: 'hours', days: 'days' },
    yes: 'Yes',
    no: 'No',
  },
  mappings: {
    empty: 'Nothing is mapped yet',
    emptyMore: 'The setup’s third step publishes the first version.',
    inForce: (version: number, by: string) => `Version ${version} is in force, published by ${by}`,
    versions: (many: number) => count(many, 'version'),
  },
  credentials: {
    empty: 'There are no credentials',
    emptyMore: 'They are given in the setup’s first step, and forgotten when the connection ends.',
    neverShown: 'Values are never shown: they are kept encrypted, and nobody can read them here.',
    standings: { active: 'In force', staged: 'Not proved yet', lost: 'Can no longer be renewed' },
    given: 'Given',
    expires: 'Ends',
    noEnd: 'It has no end',
    renewed: 'Last renewed',
    notYet: 'Not yet',
    nextRenewal: 'Next renewal',
    none: 'None',
    scopes: 'Allows',
    noScopes: 'The provider does not say',
  },
  commands: {
    reason: 'Why?',
    reasonHint: 'Stands in the story of the connection. No names, numbers or keys of people.',
    ask: (title: string) => `${title} …`,
    sure: (title: string) => `${title}?`,
    atProvider: (provider: string) => `Sign in at ${provider}`,
    enter: 'Enter credentials',
    way: 'Kind',
    giveCredentials: 'Try and keep them',
    each: {
      syncNow: {
        title: 'Sync now',
        will: 'Reads everything that changed at the provider, now and not at the next scheduled time.',
        done: 'The sync has begun. Its run appears under Runs.',
      },
      resume: {
        title: 'Resume',
        will: 'Scheduled runs begin again, and the events that arrived meanwhile are applied, each once.',
        done: 'The connection was resumed.',
      },
      enterManualValue: {
        title: 'Enter a value by hand',
        will: 'Cards show it until the day that you choose, or until the source is back, and say that a person entered it. The source’s own value is compared with it then.',
      },
      handBackManualValue: {
        title: 'Hand the values back',
        will: 'Takes away what was entered by hand: cards show the source’s last good value again. Both are compared once the source is back.',
        done: 'The values were handed back.',
      },
      reauthorize: {
        title: 'Sign in again at the provider',
        will: 'Gives new credentials. They are tried with a real call first; until then the old ones stay.',
        done: 'The new credentials work and are in force.',
      },
      pause: {
        title: 'Pause',
        will: 'No run starts until it is resumed. Events that arrive are kept and applied then; the client’s cards say that updates are paused.',
        done: 'The connection was paused.',
      },
      disconnect: {
        title: 'Disconnect',
        will: 'Ends the schedules and forgets the credentials for good. Records and cards stay. To connect again, a new setup is needed.',
        done: 'The connection was disconnected.',
      },
    },
  },
};
