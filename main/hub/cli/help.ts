/** What `--help` prints, and the arguments that each verb takes. */

export const HUB_HELP = `The hub of a consortium, for its operator.

  npm run hub -- init --name "European card consortium"
  npm run hub -- serve --listen 127.0.0.1:4790
  npm run -s hub -- invite --bank "Northern Savings" > invitation.txt
  npm run hub -- banks
  npm run hub -- approve bnk_… --fingerprint "3f2a 91c0 …"
  npm run hub -- plan --preset card-v1 --recipe few-rounds --epsilon 4
  npm run -s hub -- status --json

  init      --name NAME             found the consortium: its keys and its store
  serve     [--listen HOST:PORT]    answer banks until stopped (127.0.0.1:4790); --name founds the consortium if it is new
  invite    --bank NAME             one invitation, to be pasted by that bank; it works once, for 14 days
  banks                             who enrolled, with key fingerprints and the newest hash of each ledger
  approve   BANK --fingerprint F    after comparing the fingerprint with the bank by another channel
  suspend   BANK --reason TEXT      its updates are refused from now on
  plan      --preset NAME | --charter FILE
                                    sign a charter and open its run
  runs, rounds RUN                  what was planned, and where it stands
  cancel    RUN --reason TEXT       end a run; what was published stays
  status                            consortium, address, connected banks, whether audit and log verify
  help

Choices of plan --preset (card-v1, card-v2):
  --recipe few-rounds|one-step|fedavg|fedavgm|fedadam    (few-rounds)
  --epsilon E | --noise-multiplier Z    privacy of the whole run (4); plain recipes have none
  --unit transaction|account            what ε protects: one transaction's row (default) or one account
  --delta D (5e-7, accounts 1e-5)   --rounds R   --model-seed N (1)   --title TEXT
  --sampler rounded-gaussian|discrete-gaussian    how noise is drawn (rounded-gaussian)
  --evaluate-every N|never   rounds that carry a noisy score histogram for the federation's PR-AUC (8, one-step 100);
                             ε covers them
  --minimum-cohort N (3)  --quorum N (3)  --deadline-seconds S (3600)  --enrol-seconds S (60)
  --train-from DAY --train-until DAY --labels-known-by DAY --test-from DAY --test-until DAY

Everywhere: --home DIR keeps the store and the keys there; --json prints one JSON document on standard output and nothing
else; the log goes to standard error and to DIR/logs. A passphrase for the keys comes from PARLEY_PASSPHRASE_FILE.
While "serve" runs, the other verbs talk to it. Exit: 0 done, 1 failed, 2 wrong usage.
`;

export const HUB_OPTIONS = {
  home: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  name: { type: 'string' },
  listen: { type: 'string' },
  bank: { type: 'string' },
  fingerprint: { type: 'string' },
  reason: { type: 'string' },
  charter: { type: 'string' },
  preset: { type: 'string' },
  recipe: { type: 'string' },
  epsilon: { type: 'string' },
  'noise-multiplier': { type: 'string' },
  delta: { type: 'string' },
  unit: { type: 'string' },
  sampler: { type: 'string' },
  'evaluate-every': { type: 'string' },
  rounds: { type: 'string' },
  'model-seed': { type: 'string' },
  title: { type: 'string' },
  'minimum-cohort': { type: 'string' },
  quorum: { type: 'string' },
  'deadline-seconds': { type: 'string' },
  'enrol-seconds': { type: 'string' },
  'train-from': { type: 'string' },
  'train-until': { type: 'string' },
  'labels-known-by': { type: 'string' },
  'test-from': { type: 'string' },
  'test-until': { type: 'string' },
} as const;

export type HubFlags = { readonly [K in keyof typeof HUB_OPTIONS]?: string | boolean | undefined };
