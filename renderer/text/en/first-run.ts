/** First run: who you are, budget, consortium; or the demo at once. */
export const firstRun = {
  title: 'Set up Parley',
  lead: 'Competing banks train one fraud model together. No bank shows another, or the hub, a transaction. Everything you enter here stays on this machine and can be changed under Settings.',
  stepsName: 'Steps',
  steps: { identity: 'Who you are', budget: 'Privacy budget', connect: 'Consortium' },
  done: 'done',
  later: 'Finish later',
  identity: {
    title: 'Who you are',
    why: 'The consortium sees the bank’s name; the analyst’s name and the home country stay in this bank’s records. A signing key is made now and never leaves this machine.',
    bank: 'Bank',
    bankHelp: 'As the other members know it.',
    analyst: 'Analyst',
    analystHelp: 'Who decides on releases at this desk.',
    missing: 'Give a name.',
    next: 'Make the key and continue',
  },
  budget: {
    title: 'Privacy budget',
    why: 'The most ε that this store may ever spend, whatever happens. Lowering it later is free; raising it needs a reason.',
  },
  connect: {
    title: 'Join a consortium',
    why: 'Paste the invitation that the operator sent. It names the hub, its fingerprint and a one-time code.',
  },
  demo: {
    title: 'Or try it first',
    why: 'Starts a hub and four other banks on this machine, with generated transactions. Nothing leaves it. Takes about a minute.',
    sets: 'Sets a budget of ε 4 for one transaction’s row, if there is none.',
    action: 'Try the demo consortium',
    bank: 'Demo bank',
    analyst: 'Analyst',
    reason: 'Demo consortium',
  },
} as const;
