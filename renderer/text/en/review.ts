/** Review: what would leave, as whom, to whom, at what price; and the decision. */
export const review = {
  title: 'Review update',
  round: (round: number, of: number, run: string) => `Round ${String(round)} of ${String(of)} · ${run}`,
  closesIn: 'closes in',
  emptyTitle: 'Nothing to review',
  emptyTraining: (round: number) =>
    `This bank is training for round ${String(round)}. The update appears here when it is ready.`,
  emptyTrain: (round: number) =>
    `Round ${String(round)} is open. Train for it, and the update appears here. Nothing leaves without a release on this page.`,
  emptyBetween: (round: number) =>
    `Round ${String(round)} opens by itself when enough banks are present. Its update appears here after training.`,
  emptyWhy:
    'An update appears here when this bank has trained for a round. Nothing leaves without a release on this page.',
  emptyAction: 'Open Rounds',
  errorKept: 'The update is kept; nothing was sent.',
  showLog: 'Show where the log is',
  leaves: 'What leaves this machine',
  to: 'To',
  as: 'As',
  what: 'What',
  whatValue: (numbers: string, size: string) => `1 update · ${numbers} numbers · ${size}`,
  operator: 'operator’s fingerprint',
  pinned: 'fingerprint as pinned',
  key: 'key',
  digest: 'SHA-256',
  loadingWhat: 'reading the held update',
  failedWhat: 'not read: nothing can be released before it is shown',
  privacyTitle: 'Privacy',
  price: (before: string, after: string, budget: string) => `ε ${before} → ${after} of ${budget}`,
  priceRound: (epsilon: string) => `this round ${epsilon}`,
  priceNone: 'This run has no noise: there is no privacy guarantee, and nothing is charged.',
  delta: (delta: string) => `δ ${delta}`,
  unit: (unit: string) => `unit: ${unit}`,
  bounds: 'ε bounds:',
  how: 'How?',
  howCounted: 'How it is counted',
  howText: (sequence: number) =>
    `By the privacy-loss distribution of the clipped, noised steps, neighbours differing by one unit added or removed, rounded up. It was charged as entry ${String(sequence)} before the noise was drawn. Withholding does not give it back.`,
  checksTitle: 'Checks',
  checksPassed: (n: number) => `${String(n)} passed`,
  checksWarned: (n: number) => (n === 1 ? '1 warning' : `${String(n)} warnings`),
  checksBlocked: (n: number) => (n === 1 ? '1 blocks the release' : `${String(n)} block the release`),
  levels: { pass: 'Passed', warning: 'Warning', block: 'Blocks the release' },
  waysOut: {
    privacy: 'Open Privacy',
    data: 'Open Data',
    policy: 'Open the policy',
    files: 'Open Settings',
    rounds: 'Open Rounds',
    compare: 'Compare',
    wire: 'See the numbers',
  },
  tabs: {
    summary: 'Summary',
    layers: 'By layer',
    history: 'Against last rounds',
    effect: 'Local effect',
    wire: 'As the hub sees it',
  },
  summary: {
    chart: 'Noisy sum by layer, beside what noise alone would give',
    sentence: (least: string) =>
      `Every layer carries at least ${least} of the norm that its noise alone would have.`,
    noSentence: 'This update has no noisy sum; its model difference by layer is shown.',
    sum: 'noisy sum',
    noiseOnly: 'noise alone',
    difference: 'model difference',
    layer: 'Layer',
  },
  figures: {
    noiseRatio: 'Noise present',
    noiseRatioMeaning:
      'Norm of the noisy sum ÷ the norm that noise alone would have. About 1 and above; below 0.9 noise would be missing.',
    cosineLast: 'Cosine with the last published',
    cosineLastMeaning:
      'Near 1 agrees with the consortium, near 0 is unrelated (as noise is), below 0 pulls against it.',
    cosineOwn: 'Cosine with your own last',
    cosineOwnMeaning: 'How alike this update is to the one before.',
    norm: 'Norm of the model difference',
    normMeaning: 'How far the local steps moved the model.',
    clipped: 'Share of gradients clipped',
    clippedMeaning: 'Computed here and kept here: it is not covered by noise and never leaves.',
    terms: 'Terms',
    termsValue: (terms: {
      readonly steps: number;
      readonly rate: string;
      readonly noise: string;
      readonly clip: string;
    }) =>
      `${String(terms.steps)}\u00a0steps, q\u00a0${terms.rate}, z\u00a0${terms.noise}, C\u00a0${terms.clip}`,
    data: 'Data',
    dataValue: (rows: string, until: string) => `${rows} rows, until ${until}`,
    made: 'Made',
  },
  layers: {
    chart: 'Model difference by layer',
    sentence: (layer: string, norm: string) => `${layer} moved most, by a norm of ${norm}.`,
    none: 'No layer moved: this update is a noisy sum only.',
    columns: {
      layer: 'Layer',
      numbers: 'Numbers',
      difference: 'Difference',
      sum: 'Noisy sum',
      noise: 'Noise alone',
      ratio: 'Ratio',
    },
  },
  history: {
    chart: 'Noise present, by round',
    sentence: (now: string, rounds: number) =>
      `${now} now; ${String(rounds)} earlier ${rounds === 1 ? 'round' : 'rounds'} beside it.`,
    none: 'This is the first update of this run; there is nothing to compare it with.',
    ratio: 'noise present',
    least: 'least allowed 0.9',
    round: 'Round',
    columns: { round: 'Round', ratio: 'Noise present', cosine: 'Cosine with published', norm: 'Norm' },
    thisRound: 'this one',
  },
  effect: {
    chart: 'Quality on your own test days, before and after the local steps',
    sentence: (before: string, after: string) => `PR-AUC ${before} before, ${after} after the local steps.`,
    pending: 'Being computed, or not computable: your test days have no known fraud.',
    before: 'before',
    after: 'after',
    measures: {
      prAuc: 'PR-AUC',
      rocAuc: 'ROC AUC',
      cardPrecisionAt100: 'Card precision@100',
      recallAtCapacity: 'Recall at capacity',
    },
    measure: 'Measure',
    note: 'Stays here. A decision by these figures is yours, and ε does not cover a person’s choice.',
  },
  wire: {
    header: 'Signed header',
    columns: { field: 'Field', value: 'Value', meaning: 'What it is' },
    numbers: 'The numbers, as they travel',
    vector: (vector: string, step: string) => `${vector}, in steps of ${step}`,
    wholeSteps: '1: whole counts',
    more: '…',
    chart: (vector: string) => `First numbers of “${vector}”`,
    sentence: (numbers: number) =>
      `${String(numbers)} numbers as they travel, in whole steps of the grid: this is all that the hub can read.`,
    place: 'Place',
    value: 'Steps of the grid',
    histogram: 'Score histogram of the incoming model',
    histogramIs: (told: {
      readonly version: number;
      readonly counts: number;
      readonly noise: number;
      readonly rows: number;
    }) =>
      `The same bytes carry ${String(told.counts)} counts of your test rows by the score of model version ${String(told.version)}. Each count carries Gaussian noise with a standard deviation of ${String(told.noise)} rows, and one unit counts with ${told.rows === 1 ? '1 row' : `${String(told.rows)} rows`} at most.`,
    histogramCharged: (sequence: number) => `It is charged by itself, as ledger entry ${String(sequence)}.`,
    notSent: 'Not sent',
    notSentList: [
      'Any transaction, account, amount, label or count of them',
      'Quality figures, clipped share, and every check on this page',
      'Your note, your name and the time you took',
    ],
    whole:
      'The update goes whole or not at all: leaving out single numbers would void the guarantee that was charged.',
  },
  releases: {
    legend: 'Releases',
    thisRound: 'this round only',
    thisAnd: 'this and up to',
    following: 'following rounds while inside the limits',
    followingLabel: 'Following rounds at most',
    limits: 'Limits…',
    holds: (held: string, end: string, budget: string | null) =>
      `Sets aside ε ${held} (${end}${budget === null ? '' : ` of ${budget}`} in the end). Stops and asks at the first figure outside.`,
    notAvailable: 'The last round of the run: there is nothing to follow.',
  },
  limits: {
    title: 'Limits for the following rounds',
    why: 'Checked on the held bytes and on public values only: a stop is seen by the hub, so it must say nothing about your rows.',
    minimumNoiseRatio: 'Noise present, at least',
    minimumNoiseRatioHelp: 'Not below 0.9: less would mean that noise is missing.',
    maximumNoiseRatio: 'Noise present, at most',
    maximumNoiseRatioHelp: 'Twice the reviewed round is usual.',
    minimumCosine: 'Cosine with the last published gradient, at least',
    minimumCosineHelp: 'Between −1 and 1.',
    maximumEpsilonPerRound: 'ε of one round, at most',
    maximumEpsilonPerRoundHelp: 'As the plan’s own table says for these rounds.',
    save: 'Use these limits',
    notANumber: 'Give a number.',
    outside: (why: string) => `Not allowed: ${why}.`,
    crossed: 'The largest must be above the smallest.',
    followingBad: (most: number) => `Between 1 and ${String(most)}.`,
  },
  note: 'Note for the record (stays here)',
  withhold: 'Withhold…',
  withholdTitle: (round: number) => `Withhold the update of round ${String(round)}?`,
  withholdWhy:
    'It will not be sent in this round and cannot be released later. The ε of computing it stays charged. The hub learns that this bank sends nothing this round, not why: ε does not cover a person’s choice.',
  withholdKeep: 'Keep it for review',
  withholdAnyway: 'Withhold anyway',
  withheldToast: 'Withheld. The update stays here.',
  send: (hub: string, round: number) => `Send update to ${hub} · round ${String(round)}`,
  sendScope: (hub: string, from: number, to: number) =>
    `Send to ${hub} · rounds ${String(from)} to at most ${String(to)}`,
  waitingFor: 'Waiting for:',
  obstacles: {
    checks: (n: number) => (n === 1 ? 'a check that blocks' : `${String(n)} checks that block`),
    blocked: 'sending to be unblocked (see the notice above)',
    closing: 'the next round: this one closes in seconds',
    limits: 'limits that are valid',
  },
  countingDown: 'Released. It leaves in',
  undo: 'Undo',
  undone: 'Undone. Nothing was sent.',
  sending: 'Sending. Undo is over: the first bytes may be at the hub.',
  sent: (round: number) => `Sent. The hub has the update of round ${String(round)} on disk.`,
  sentNext:
    'It cannot be taken back. The new model appears under Rounds when the hub has published this round; this bank then recomputes it.',
  decidedAt: (at: string) => `Decided ${at}.`,
  decidedByScope: 'Released by a scope, inside its limits.',
  decidedRests: 'The review it rests on',
  late: (round: number) => `Round ${String(round)} closed before a release. The update was not sent.`,
  lateWhy:
    'Released ε is unchanged; the ε of computing it stays charged, because the noise was drawn. The next round opens by itself.',
  withheld: 'Withheld. The update was not sent and stays here.',
  withheldNext: 'Its ε stays charged. The next round opens by itself, and this bank takes part again.',
  changed: 'The update changed after it was shown. Review it again.',
  changedWhy: 'The digest is no longer the one you saw. Nothing was sent.',
  changedAction: 'Show the update as it is now',
} as const;
