/** What `--help` prints, and the flags that the verbs take. */

export const BANK_HELP = `One bank of a consortium, for its analyst, without a window.

  npm run bank -- init --bank "Northern Savings" --analyst "A. Kvist" --country DE --epsilon 4
  npm run bank -- import transactions.csv.gz
  npm run bank -- join --invite invitation.txt
  npm run bank -- rounds
  npm run bank -- join run_…
  npm run bank -- train
  npm run bank -- review
  npm run bank -- release --digest 9c1f2ab4d0e7…
  npm run bank -- retrain upd_… --noise-factor 1.5
  npm run -s bank -- epsilon --json --sampling-rate 0.05 --noise-multiplier 1.2 --steps 500 --delta 5e-7

  init      --bank NAME --analyst NAME [--country CODE] [--epsilon E --delta D --unit transaction|account]
                                    name the bank and its analyst, make its key, set the privacy budget
  country   [CODE | none]           show or state the bank's home country (ISO 3166, such as DE): payments from other
                                    countries count as foreign; needed only where the files name countries
  import    FILE                    CSV or .csv.gz; the columns are mapped by themselves or as saved before
  join      --invite FILE | RUN     join the consortium of an invitation ("-" reads standard input), or a run of it
  leave     RUN                     take no further part in a run
  rounds                            runs, rounds and where this bank stands in them
  train     [ROUND]                 charge the round and train; the update is then held for review
  decline   ROUND                   take no part in the round
  review    [UPDATE]                the held update: where to, at what price, what is odd
  release   --digest SHA256 [--rounds K] [--note TEXT] [--reviewer NAME=FILE]
                                    send the reviewed update after the seconds of Undo; the digest is the one that
                                    review shows (its first 12 digits are enough); with --rounds also up to K following
                                    rounds while every figure stays inside the limits; where two decide, each of two
                                    reviewers signs for the same rounds, with --reviewer
  withhold  [--note TEXT]           keep the held update here; its charge stays
  retrain   UPDATE --noise-factor F [--note TEXT]
                                    discard the held update and train again with F times the charter's noise (above 1,
                                    at most 4): charged by itself, and what the discarded one cost stays charged
  ledger                            every entry of the privacy ledger, charged and released ε
  budget    [--epsilon E --delta D --unit transaction|account --reason TEXT]
                                    show or set the privacy budget; δ and unit stay as they were first set
  reviewers [list | add NAME --passphrase-file FILE | remove NAME --reason TEXT | mode one|two [--reason TEXT]]
                                    who signs releases, and whether two have to
  policy    [--standing on|off --rounds K …] [--minimum-noise-multiplier Z … --reason TEXT]
                                    show or set what is released without a click, and the bank's own floors
  epsilon   --sampling-rate Q --noise-multiplier Z --steps N --delta D | --rows FILE
                                    ε of a mechanism, or of each row of a JSON file; needs no store
  score     [--run RUN] [--out FILE]
                                    score the test days with the adopted model
  verify                            check ledger, audit, published rounds and releases, each from its first entry on
  backup    FILE                    the whole store as one checked file, while it is in use; the keys are not in it
  restore   FILE                    put a backup in the store's place (nothing may serve it); the store of before is kept.
                                    It buys no budget back: what it lacks is charged by recover
  recover   [--reason TEXT]         what it would take to go on from a ledger that blocks sending; with a reason, do it
  recover-audit --reason TEXT       go on from an audit whose end is missing, as after an older copy was restored
  pack      FILE [--run RUN] [--with-notes]
                                    one file for a regulator: who took part, what left, at which cost, signed and
                                    chained; resources/verify-pack.mjs checks it offline, with nothing installed but Node
  serve     [--no-ui] [--port N]    keep running: the page on this machine, rounds in the background
  help

Limits of policy --standing on:
  --minimum-noise-ratio R (0.9)  --maximum-noise-ratio R (50)  --minimum-cosine C (-1)  --maximum-epsilon E (2)
Floors of policy; a lower one takes --reason:
  --minimum-noise-multiplier Z  --maximum-epsilon-per-round E  --maximum-epsilon-per-run E
  --maximum-epsilon-in-total E  --maximum-weight-share S (0 to 1)  --minimum-cohort N
  --allow-runs-without-noise yes|no  --undo-seconds S

Where two decide, what loosens (policy, budget, reviewers) is signed by both: --reviewer NAME=FILE twice. The first line
of FILE is that reviewer's passphrase, "-" reads standard input; it is used once and kept nowhere.

Everywhere: --home DIR keeps the store and the keys there; --json prints one JSON document on standard output and nothing
else; progress and the log go to standard error and to DIR/logs. A passphrase for the keys comes from PARLEY_PASSPHRASE_FILE.
While "serve" runs, the other verbs talk to it. Exit: 0 done, 1 failed, 2 wrong usage.
`;

export const BANK_OPTIONS = {
  home: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  bank: { type: 'string' },
  analyst: { type: 'string' },
  country: { type: 'string' },
  epsilon: { type: 'string' },
  delta: { type: 'string' },
  unit: { type: 'string' },
  reason: { type: 'string' },
  invite: { type: 'string' },
  digest: { type: 'string' },
  rounds: { type: 'string' },
  note: { type: 'string' },
  'noise-factor': { type: 'string' },
  standing: { type: 'string' },
  'minimum-noise-ratio': { type: 'string' },
  'maximum-noise-ratio': { type: 'string' },
  'minimum-cosine': { type: 'string' },
  'maximum-epsilon': { type: 'string' },
  reviewer: { type: 'string', multiple: true },
  'passphrase-file': { type: 'string' },
  'maximum-epsilon-in-total': { type: 'string' },
  'maximum-weight-share': { type: 'string' },
  'minimum-noise-multiplier': { type: 'string' },
  'maximum-epsilon-per-round': { type: 'string' },
  'maximum-epsilon-per-run': { type: 'string' },
  'minimum-cohort': { type: 'string' },
  'allow-runs-without-noise': { type: 'string' },
  'undo-seconds': { type: 'string' },
  run: { type: 'string' },
  out: { type: 'string' },
  'with-notes': { type: 'boolean' },
  'no-ui': { type: 'boolean' },
  port: { type: 'string' },
  'sampling-rate': { type: 'string' },
  'noise-multiplier': { type: 'string' },
  steps: { type: 'string' },
  rows: { type: 'string' },
} as const;

export type BankFlags = {
  readonly [K in keyof typeof BANK_OPTIONS]?:
    (K extends 'reviewer' ? readonly string[] : string | boolean) | undefined;
};
