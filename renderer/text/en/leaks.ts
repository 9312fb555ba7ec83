/** Leak tests on the held update, and their rehearsal without noise. */
export const leaks = {
  title: 'Leak tests on this update',
  stays: 'Stays here',
  staysWhy:
    'The figures are computed from your rows and are covered by no noise. They never leave, and no rule decides by them.',
  verdicts: {
    'nothing-found': 'Nothing found',
    'leak-found': 'Leak found',
    'not-applicable': 'Not applicable',
  },
  summary: {
    none: 'not run yet',
    running: 'running',
    stopped: 'stopped',
    failed: 'failed',
    found: (n: number) => (n === 1 ? '1 test finds a leak' : `${String(n)} tests find a leak`),
    clean: (n: number) => (n === 1 ? '1 test finds nothing' : `${String(n)} tests find nothing`),
  },
  /** A count's unit beside it. */
  units: (unit: string, count: number) => (unit === 'rows' && count === 1 ? 'row' : unit),
  chance: (chance: string) => `chance\u00a0${chance}`,
  interval: (low: string, high: string) => `95\u00a0%:\u00a0${low}\u00a0to\u00a0${high}`,
  noneYet: 'The tests have not run on this update.',
  stoppedWhy: 'The tests were stopped. Nothing is known of this update beyond its privacy guarantee.',
  run: 'Run the tests',
  again: 'Run again',
  stop: 'Cancel',
  stopKeeps: 'Keeps nothing; the update itself is not touched',
  when: (at: string, seconds: string) => `Run at ${at} in ${seconds} s on exactly these bytes`,
  otherBytes: 'These tests looked at other bytes than those shown. Run them again.',
  notProof: 'A test that finds nothing is no proof. The guarantee is ε; these tests look for faults.',
  choice:
    'A decision by these figures is yours: the hub sees whether a bank sends, and ε does not cover a person’s choice.',
  rehearse: 'What do they find without noise?',
  rehearsal: {
    title: 'What these tests find without noise',
    mark: 'Rehearsal: never leaves this machine, never sendable',
    why: 'The same attacks on an update made here from the same rows, without clipping and noise. It is not kept, has no place in the store, and no button can send it.',
    batch: 'Rows in the unprotected update',
    batchHelp: 'Fewer rows are easier to tell apart: 1 gives a row back exactly.',
    run: (batch: number) =>
      batch === 1 ? 'Attack an update of 1 row' : `Attack an update of ${String(batch)} rows`,
    running: 'Attacking; a few seconds',
    cancelled: 'Cancelled. Nothing was kept.',
    took: (seconds: string, batch: number) =>
      `${batch === 1 ? '1 row' : `${String(batch)} rows`}, ${seconds} s`,
    row: (n: number) => `Row ${String(n)}`,
    rowLabel: 'Recovered row',
    rowWas: (isFraud: boolean, distance: string) =>
      `${isFraud ? 'A fraud' : 'A genuine row'}; the recovered row is off by ${distance} of its length.`,
    tableTitle: 'Recovered beside real',
    columns: { feature: 'Feature', real: 'Real', recovered: 'Recovered', difference: 'Off by' },
    units: {
      yes: 'yes',
      no: 'no',
      rows: (isOne: boolean) => (isOne ? 'row' : 'rows'),
      /** As the presets name them; a unit that its feature's name says already is not said twice. */
      short: { amount: '', 'amount ratio': '×', share: '', hours: 'h', 'yes/no': '' } as Readonly<
        Record<string, string>
      >,
    },
    none: 'The attack recovered no row of this batch.',
    tests: 'The same tests, without noise',
  },
} as const;
