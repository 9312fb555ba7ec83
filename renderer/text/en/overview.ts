/** Overview: the one next step, and how things stand. */
export interface QualityPoint {
  readonly version: number;
  /** As printed. */
  readonly prAuc: string;
}

export const overview = {
  title: 'Overview',
  nextStep: 'Next step',
  round: 'Current round',
  noRound: 'No round is open.',
  noRun: {
    none: 'No run yet. Join a consortium, or try the demo.',
    joined: 'No run yet. The operator plans runs; a member sees them here by themselves.',
  },
  budget: 'Privacy budget',
  noBudget: 'No budget yet.',
  ledger: 'Ledger',
  setBudget: 'Set the budget',
  quality: 'Quality of the model',
  ownQuality: 'your own test days',
  federationQuality: 'all banks, from noisy histograms',
  noModel: 'No model yet. It appears with the first published round.',
  notEvaluated: 'The model is here; its quality is being computed.',
  qualitySentence: (first: QualityPoint, last: QualityPoint) =>
    first.version === last.version
      ? `PR-AUC ${last.prAuc} at version ${String(last.version)}.`
      : `PR-AUC ${Number(last.prAuc) >= Number(first.prAuc) ? 'rose' : 'fell'} from ${first.prAuc} at version ${String(first.version)} to ${last.prAuc} at version ${String(last.version)}.`,
  qualityNote: 'Your own figure is computed here and never leaves.',
  version: 'Version',
  prAuc: 'PR-AUC',
  hub: 'Consortium',
  hubNone: 'Not connected to a hub.',
  hubAddress: 'Hub',
  membership: 'Membership',
  connection: 'Connection',
  members: 'Members in this run',
  model: 'Model',
  modelVersion: (version: number, banks: number) => `version ${String(version)}, from ${String(banks)} banks`,
  memberships: {
    unknown: 'not joined',
    'waiting-for-approval': 'waiting for the operator’s approval',
    member: 'member',
    suspended: 'suspended by the operator',
  },
  connections: {
    connected: (since: string) => `connected since ${since}`,
    connecting: 'connecting',
    unreachable: (since: string) => `unreachable since ${since}`,
  },
  steps: {
    blocked: {
      title: 'Sending is blocked',
      action: 'See why',
    },
    review: {
      title: (round: number) => `Review the update of round ${String(round)}`,
      reason: 'It is kept here. Nothing leaves before you release it.',
      action: 'Review update',
    },
    sending: {
      title: (round: number) => `The update of round ${String(round)} is on its way`,
      reason: 'The release is recorded. The hub acknowledges when it has the bytes on disk.',
      action: 'See the release',
    },
    training: {
      title: (round: number) => `Training for round ${String(round)}`,
      reason: 'The charge for this round is already in the ledger. You review the update when it is ready.',
      action: 'See progress',
    },
    stopped: {
      title: (round: number) => `Training for round ${String(round)} stopped`,
      action: 'Open the round',
    },
    budget: {
      title: 'Set the privacy budget',
      reason: 'No round can be trained before the bank has decided how much ε it is willing to spend.',
      action: 'Set the budget',
    },
    connect: {
      title: 'Join a consortium, or try the demo',
      reason:
        'Your invitation names the hub and its fingerprint. The demo runs a hub and four other banks on this machine.',
      action: 'Join with an invitation',
      other: 'Try the demo consortium',
    },
    approval: {
      title: 'Wait for the operator’s approval',
      reason:
        'Compare the fingerprint of your key with the operator by telephone; then the operator approves.',
      action: 'Show the fingerprint',
    },
    import: {
      title: 'Import transactions',
      reason: 'Training needs the bank’s own rows. They stay in the store on this machine.',
      action: 'Import transactions',
    },
    join: {
      title: (run: string) => `Join the run “${run}”`,
      reason:
        'Joining counter-signs the charter and declares your public size tier. Nothing is trained or sent by it.',
      action: 'Read the charter',
    },
    obstacle: {
      title: (run: string) => `This bank cannot join “${run}” yet`,
      action: 'See the run',
    },
    train: {
      title: (round: number) => `Train for round ${String(round)}`,
      reason: (epsilon: string) =>
        `The cohort is training now. Starting charges ε ${epsilon} to the ledger, whether or not the update is sent.`,
      reasonFree: 'The cohort is training now. This run has no noise, so nothing is charged.',
      action: 'Train',
    },
    wait: {
      title: 'Nothing to do now',
      reason: 'The next round opens by itself when enough banks are present.',
      reasonNoRun: 'No run is open. The operator of the consortium plans the next one.',
      action: 'Open Rounds',
    },
  },
} as const;
