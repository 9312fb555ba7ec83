/**
 * Slice `power-cut`: the ledger on a disk that loses its power (I1). The writer is stopped, the disk's image copied, the copy
 * mounted and opened by the app: a charge that was acknowledged must be there. With synchronous = NORMAL the same cuts lose some.
 */
import { stream } from '#main/sample/generator/stream.ts';
import type { Check } from '../proof.ts';
import { type CutFigures, cutPower } from './power-cut/cuts.ts';
import { mountObstacle } from './power-cut/disk.ts';
import { type PrivacySlice, scaled, type SliceOptions } from './slice.ts';

const CUTS = 200;
const CONTROL_CUTS = 40;
const SAYS_EVERY = 20;

export const powerCut: PrivacySlice = {
  name: 'power-cut',
  summary: 'power cuts by copies of the disk: no acknowledged charge is lost; with NORMAL some are',
  minutes: 4,
  run: async (options) => {
    const obstacle = mountObstacle();
    if (obstacle !== null) {
      const table = `SKIPPED, so nothing is shown about power cuts: ${obstacle}.`;
      return { table, figures: { skipped: obstacle }, checks: [] };
    }
    const full = await cuts('FULL', scaled(CUTS, options), options);
    const control = await cuts('NORMAL', scaled(CONTROL_CUTS, options), options);
    return {
      table: [full, control].map(line).join('\n'),
      figures: { full, control },
      checks: checks(full, control),
    };
  },
};

function cuts(
  synchronous: 'FULL' | 'NORMAL',
  count: number,
  { seed, say }: SliceOptions,
): Promise<CutFigures> {
  return cutPower({
    synchronous,
    cuts: count,
    random: stream(seed, `power-cut ${synchronous}`),
    onCut: (done) => {
      if (done % SAYS_EVERY === 0)
        say(`synchronous = ${synchronous}: ${String(done)} of ${String(count)} cuts`);
    },
  });
}

function line({
  synchronous,
  cuts: count,
  acknowledged,
  cutsThatLost,
  mostLost,
  unnoticed,
}: CutFigures): string {
  const lost =
    cutsThatLost === 0 ? 'none lost' : `${String(cutsThatLost)} cuts lost some, at most ${String(mostLost)}`;
  const seen = unnoticed === 0 ? '' : `, ${String(unnoticed)} of them unnoticed`;
  return `synchronous = ${synchronous.padEnd(7)}${String(count).padStart(4)} cuts, ${String(acknowledged)} acknowledged charges: ${lost}${seen}`;
}

function checks(full: CutFigures, control: CutFigures): readonly Check[] {
  return [
    {
      name: 'no acknowledged charge is lost',
      passed: full.cutsThatLost === 0 && full.acknowledged > full.cuts,
      detail: `${String(full.cutsThatLost)} of ${String(full.cuts)} cuts lost acknowledged charges`,
    },
    {
      name: 'a whole ledger opens as verified',
      passed: full.refusedWhole === 0,
      detail: `${String(full.refusedWhole)} of ${String(full.cuts)} cuts left a ledger that did not verify`,
    },
    {
      name: 'the control with NORMAL loses acknowledged charges',
      passed: control.cutsThatLost > 0,
      detail: `${String(control.cutsThatLost)} of ${String(control.cuts)} cuts, at most ${String(control.mostLost)} charges`,
    },
  ];
}
