/** `prove privacy`: what the ledger, the gate and the wire promise, shown slice by slice, each against seeded bugs of its own. */
import { realClock } from '#main/platform/clock.ts';
import { parsePrivacyOptions, PRIVACY_HELP } from './privacy/options.ts';
import type { PrivacySlice } from './privacy/slice.ts';
import { SLICES } from './privacy/slices.ts';
import type { Proof, ProofReport } from './proof.ts';

interface FinishedSlice extends ProofReport {
  readonly name: string;
  readonly seconds: number;
}

export const proof: Proof = {
  summary: 'gate, ledger and wire under random actions, kills, power cuts, flipped bits and planted records',
  help: `${PRIVACY_HELP}\n\n${SLICES.map(sliceLine).join('\n')}`,
  run: async (args, say) => {
    const { slices, seed, scale } = parsePrivacyOptions(args, SLICES);
    say(`slices: ${slices.map(({ name }) => name).join(', ')}`);
    const finished: FinishedSlice[] = [];
    for (const [at, slice] of slices.entries()) {
      say(`${slice.name}: ${slice.summary}; about ${minutesLeft(slices.slice(at), scale)} left in all`);
      const from = realClock.monotonic();
      const report = await slice.run({
        seed,
        scale,
        say: (line) => {
          say(`${slice.name}: ${line}`);
        },
      });
      const seconds = (realClock.monotonic() - from) / 1000;
      finished.push({ ...report, name: slice.name, seconds });
      say(`${slice.name}: done in ${seconds.toFixed(0)} s`);
    }
    return together(finished);
  },
};

function sliceLine({ name, summary }: PrivacySlice): string {
  return `  ${name.padEnd(13)}${summary}`;
}

function minutesLeft(slices: readonly PrivacySlice[], scale: number): string {
  const minutes = slices.reduce((sum, slice) => sum + slice.minutes * Math.min(1, scale), 0);
  return `${String(Math.max(1, Math.ceil(minutes)))} min`;
}

function together(finished: readonly FinishedSlice[]): ProofReport {
  return {
    table: finished
      .map(({ name, seconds, table }) => `${name} (${seconds.toFixed(0)} s)\n${table}`)
      .join('\n\n'),
    figures: Object.fromEntries(
      finished.map(({ name, seconds, figures }) => [name, { seconds: Math.round(seconds), figures }]),
    ),
    checks: finished.flatMap(({ name, checks }) =>
      checks.map((check) => ({ ...check, name: `${name}: ${check.name}` })),
    ),
  };
}
