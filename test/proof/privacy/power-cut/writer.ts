/**
 * A process that charges the real ledger as fast as it can and writes each charge down, outside the disk that will lose its
 * power, once the ledger said that it is durable. `NORMAL` is the control: SQLite's promise is lowered after the opening.
 */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { realClock } from '#main/platform/clock.ts';
import { systemRandom } from '#main/platform/random.ts';
import { openLedgerOn } from './store.ts';

const Arguments = z.tuple([z.string(), z.string(), z.enum(['FULL', 'NORMAL'])]);
const [home, acknowledgements, synchronous] = Arguments.parse(process.argv.slice(2));

const { ledger, database } = openLedgerOn(path.join(home, 'bank.sqlite'), {
  clock: realClock,
  random: systemRandom,
});
if (synchronous === 'NORMAL') database.pragma('synchronous = NORMAL');
if (ledger.budget() === null)
  ledger.setBudget({ epsilon: 1e6, delta: 5e-7, unit: 'transaction', reason: 'proof' });
for (;;) {
  const sequence = ledger.charge({
    runId: null,
    roundId: null,
    mechanism: { samplingRate: 0.05, noiseMultiplier: 1.1, steps: 20 },
    clippingNorm: 1,
    hold: null,
  });
  appendFileSync(acknowledgements, `${String(sequence)}\n`);
}
