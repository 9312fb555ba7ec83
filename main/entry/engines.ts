/** Command: tries every learning engine on the reference network and prints the outcome. `--require NAME` fails without it. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { realClock } from '#main/platform/clock.ts';
import { surveyEngines } from '#main/platform/engine/engines.ts';

const { values } = parseArgs({
  options: { require: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const network = { layers: [32, 64, 32, 1], activation: 'tanh' } as const;
const reports = await surveyEngines(
  { network, unit: 'row' },
  { clock: realClock, threads: 1, startThread: () => undefined },
);
if (values.json) process.stdout.write(`${JSON.stringify({ network, reports })}\n`);
else {
  for (const { name, reason, rowsPerSecond } of reports) {
    const speed = rowsPerSecond === null ? '' : `, ${rowsPerSecond.toLocaleString('en')} rows/s`;
    process.stdout.write(`${name.padEnd(10)} ${reason}${speed}\n`);
  }
}
const isThere = reports.some(({ name, available }) => name === values.require && available);
if (values.require !== undefined && !isThere) process.exitCode = 1;
