/** The frame: navigation, banners, palette, shortcuts, access. */
export const shell = {
  skip: 'Skip to the content',
  navigation: 'Main',
  screens: {
    overview: 'Overview',
    data: 'Data',
    rounds: 'Rounds',
    review: 'Review',
    privacy: 'Privacy',
    audit: 'Audit',
    settings: 'Settings',
  },
  waitingForReview: 'An update waits for your review',
  hub: {
    none: 'No hub',
    connected: 'Hub connected',
    connecting: 'Connecting to hub',
    unreachable: 'Hub unreachable',
    waiting: 'Waiting for approval',
    suspended: 'Suspended',
  },
  backendLost: (since: string) =>
    `The backend of this app has not answered since ${since}. What you see is what was known then.`,
  backendClosed:
    'This page lost its access: the app was opened elsewhere, stopped, or this page was idle for hours. Open the app’s link again.',
  hubUnreachable: (since: string) => `Hub unreachable since ${since} — training and review still work.`,
  nextTryIn: 'Next try in',
  sendingBlocked: 'Sending is blocked',
  demoRunning: (banks: number) =>
    `Demo consortium: a hub and ${String(banks)} other banks run on this machine, with generated data.`,
  demoStarting: 'Starting the demo consortium',
  demoFailed: 'The demo consortium did not start',
  demoStop: 'Stop the demo',
  demoStopped: 'The demo consortium was stopped',
  palettePlaceholder: 'Go to a screen or run a command',
  paletteNothing: 'No command of that name',
  shortcuts: 'Keyboard shortcuts',
  screenFailed: 'This screen stopped',
  screenFailedWhy: 'The other screens still work. Nothing was sent or lost by this.',
  access: {
    title: 'This page has no access to the app',
    why: 'The address must carry the access token that the app printed at its start. It is kept in memory only, so a reloaded page needs the link again.',
    next: 'Open the link that the app printed, or start the app again.',
  },
} as const;
