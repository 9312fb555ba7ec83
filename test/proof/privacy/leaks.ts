/** Slice `leaks`: every attack succeeds on an update without noise and fails on the private one, beside published figures. */
import type { Check } from '../proof.ts';
import { type AnalyticRow, analyticRows, type SearchRow, searchRows } from './leaks/inversions.ts';
import { type AuditRow, auditRows } from './leaks/audits.ts';
import { type MemberRow, memberRows } from './leaks/members.ts';
import { type SuiteRun, suiteRun } from './leaks/timing.ts';
import { type TrapRow, trapRows } from './leaks/traps.ts';
import { type PrivacySlice, scaled } from './slice.ts';

/** Seconds that a person waits at most for all tests on one update of about 5,000 parameters. */
const MOST_SECONDS = 10;

interface LeakFigures {
  readonly analytic: readonly AnalyticRow[];
  readonly search: readonly SearchRow[];
  readonly members: readonly MemberRow[];
  readonly audits: readonly AuditRow[];
  readonly traps: readonly TrapRow[];
  readonly suite: SuiteRun;
}

export const leaks: PrivacySlice = {
  name: 'leaks',
  summary: 'leak tests with and without noise, and the audit of the noise against a planted bug',
  minutes: 3,
  run: async (options) => {
    const { seed, say } = options;
    say('all tests on one held update, in their thread');
    const suite = await suiteRun();
    say(`${suite.seconds.toFixed(1)} s; inversions`);
    const analytic = analyticRows(scaled(20, options), seed);
    const search = searchRows(scaled(5, options), seed);
    say('membership');
    const members = memberRows(scaled(5, options), seed);
    say('audits');
    const runs = scaled(20, options);
    const audits = [...(await auditRows(runs, seed, 'row')), ...(await auditRows(runs, seed, 'account'))];
    const figures: LeakFigures = { analytic, search, members, audits, traps: trapRows(seed), suite };
    return { table: table(figures), figures, checks: checks(figures) };
  },
};

function table({ analytic, search, members, audits, traps, suite }: LeakFigures): string {
  const rows = (head: string, lines: readonly string[]): string => `${head}\n${lines.join('\n')}`;
  return [
    `all tests on one update of ${String(suite.parameters)} parameters, ${String(suite.trainRows)} + ${String(suite.heldOutRows)} rows: ${suite.seconds.toFixed(1)} s, ${suite.processorSeconds.toFixed(1)} s of one processor`,
    rows(
      'reading rows from the first layer   rows   best r   by chance   recovered   published',
      analytic.map(
        (row) =>
          `  ${row.update.padEnd(32)}${cell(row.rows, 6)}${cell(short(row.best), 10)}${cell(short(row.bestByChance), 10)}${cell(short(row.recovered), 10)}   ${row.published}`,
      ),
    ),
    rows(
      'searching for rows   σ   mean r   nearest   cosine   objective   published',
      search.map(
        (row) =>
          `  ${String(row.rows).padStart(3)} rows, σ ${String(row.noiseMultiplier).padEnd(4)}${cell(short(row.distance), 10)}${cell(short(row.nearest), 10)}${cell(row.cosine.toFixed(3), 8)}${cell(short(row.objective), 10)}   ${row.published}`,
      ),
    ),
    rows(
      'membership by the loss   ε   AUC   found at 1 %   cap   published',
      members.map(
        (row) =>
          `  σ ${String(row.noiseMultiplier).padEnd(4)}${cell(row.epsilon === null ? '∞' : row.epsilon.toFixed(2), 8)}   ${row.auc.toFixed(3)} ± ${row.margin.toFixed(3)}${cell(row.truePositiveRate.toFixed(3), 8)}${cell(row.cap.toFixed(3), 8)}   ${row.published}`,
      ),
    ),
    rows(
      'audit of the noise: lower bounds   claimed   lowest   median   highest   flagged   published',
      audits.map(
        (row) =>
          `  ${row.name.padEnd(40)}${cell(row.claimed.toFixed(2), 7)}${cell(row.lowest.toFixed(2), 7)}${cell(row.median.toFixed(2), 7)}${cell(row.highest.toFixed(2), 7)}   ${String(row.flagged)} of ${String(row.runs)}   ${row.published}`,
      ),
    ),
    rows(
      'marks of a trap: copied share, activation rates   alarm   published',
      traps.map(
        (row) =>
          `  ${row.model.padEnd(16)}${cell(row.copiedShare.toFixed(2), 6)}   ${row.lowestRate.toFixed(2)} to ${row.highestRate.toFixed(2)}   ${row.alarmed ? 'yes' : 'no'}   ${row.published}`,
      ),
    ),
  ].join('\n\n');
}

function cell(value: number | string, width: number): string {
  return String(value).padStart(width);
}

function short(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(0) : value.toFixed(3);
}

function checks({ analytic, search, members, audits, traps, suite }: LeakFigures): readonly Check[] {
  const isPrivate = ({ update }: AnalyticRow): boolean => update.includes('σ');
  const bareOne = analytic.filter(({ rows, update }) => rows === 1 && !update.includes('σ'));
  const imprints = analytic.filter((row) => row.update.startsWith('imprint') && !isPrivate(row));
  const bareSearch = search.find(({ rows, noiseMultiplier }) => rows === 1 && noiseMultiplier === 0);
  const noisySearch = search.filter(({ noiseMultiplier }) => noiseMultiplier > 0);
  const honest = audits.filter(({ name }) => name.startsWith('σ'));
  const broken = audits.filter(({ name }) => !name.startsWith('σ') && name.includes('claimed σ = 2'));
  const withDp = members.filter(({ epsilon }) => epsilon !== null);
  const without = members.find(({ epsilon }) => epsilon === null);
  const check = (name: string, passed: boolean, detail: string): Check => ({ name, passed, detail });
  return [
    check(
      'the first layer gives one bare row away',
      bareOne.every(({ best, recovered }) => best < 1e-6 && recovered === 1),
      `best r ${bareOne.map(({ best }) => short(best)).join(', ')}`,
    ),
    check(
      'an imprint gives many rows away without noise',
      imprints.every(({ recovered }) => recovered > 2),
      imprints.map(({ recovered }) => recovered.toFixed(1)).join(', '),
    ),
    check(
      'no row comes out of a private update',
      analytic.filter(isPrivate).every(({ recovered }) => recovered === 0),
      `recovered ${analytic
        .filter(isPrivate)
        .map(({ recovered }) => String(recovered))
        .join(', ')}`,
    ),
    check(
      'the search finds one bare row',
      (bareSearch?.distance ?? 1) < 0.05,
      `r ${short(bareSearch?.distance ?? 1)}`,
    ),
    check(
      'the search finds none under noise',
      noisySearch.every(({ nearest }) => nearest > 0.5),
      `nearest ${noisySearch.map(({ nearest }) => short(nearest)).join(', ')}`,
    ),
    check(
      'membership shows without noise and stays below the cap with it',
      (without?.auc ?? 0) - (without?.margin ?? 0) > 0.52 &&
        withDp.every(({ auc, truePositiveRate, cap }) => auc < 0.55 && truePositiveRate < cap),
      `AUC ${members.map(({ auc }) => auc.toFixed(3)).join(', ')}`,
    ),
    check(
      'no audit proves more than is claimed',
      honest.every(({ flagged }) => flagged === 0),
      honest.map(({ highest, claimed }) => `${highest.toFixed(2)} of ${claimed.toFixed(2)}`).join(', '),
    ),
    check(
      'every audit finds missing noise and noise ten times too small at ε 1.56',
      broken.every(({ flagged, runs }) => flagged === runs),
      broken.map(({ flagged, runs }) => `${String(flagged)} of ${String(runs)}`).join(', '),
    ),
    check(
      'the trap alarm sounds for the imprint alone',
      traps.every(({ alarmed, model }) => alarmed === (model === 'imprint')),
      traps.map(({ model, alarmed }) => `${model}: ${alarmed ? 'alarm' : 'none'}`).join(', '),
    ),
    check(
      'all tests find nothing in a private update',
      Object.values(suite.verdicts).length === 5 &&
        Object.values(suite.verdicts).every((verdict) => verdict === 'nothing-found'),
      Object.values(suite.verdicts).join(', '),
    ),
    check(
      `all tests take at most ${String(MOST_SECONDS)} s of one processor`,
      suite.processorSeconds < MOST_SECONDS,
      `${suite.processorSeconds.toFixed(1)} s`,
    ),
  ];
}
