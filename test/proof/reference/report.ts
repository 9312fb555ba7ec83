/** The table of a reference run, and the checks it stands by. */
import type { Quality } from '#shared/round/round-view.ts';
import type { Check, ProofReport } from '../proof.ts';
import type { ReferenceBank } from './banks.ts';
import type { ModelName, ReferenceOptions } from './options.ts';
import { LEAK_ALARM, publishedFigure, REFERENCE_TOTALS, TOLERANCE } from './published.ts';
import type { Figures } from './figures.ts';

export interface ModelResult {
  readonly model: ModelName;
  readonly seed: number;
  readonly figures: Figures;
  readonly seconds: number;
}

export interface ReferenceRun {
  readonly options: ReferenceOptions;
  readonly banks: readonly ReferenceBank[];
  readonly noiseMultiplier: number;
  readonly delta: number;
  readonly results: readonly ModelResult[];
}

export function referenceReport(run: ReferenceRun): ProofReport {
  const { options, noiseMultiplier, delta } = run;
  const models = options.models.map((model) => summaryOf(run, model));
  return {
    table: [heading(run), '', tableOf(run, models)].join('\n'),
    figures: { ...options, noiseMultiplier, delta, models, runs: run.results },
    checks: [...totals(run.banks), ...models.flatMap((model) => checksOf(model))],
  };
}

interface Summary {
  readonly model: ModelName;
  /** Means over the seeds. */
  readonly overall: Quality;
  readonly banks: readonly Quality[];
  readonly seconds: number;
  readonly published: number | undefined;
}

function summaryOf({ options, results }: ReferenceRun, model: ModelName): Summary {
  const own = results.filter((one) => one.model === model);
  const banks = own[0]?.figures.banks ?? [];
  return {
    model,
    overall: meanQuality(own.map(({ figures }) => figures.overall)),
    banks: banks.map((_, b) => meanQuality(own.flatMap(({ figures }) => figures.banks[b] ?? []))),
    seconds: mean(own.map(({ seconds }) => seconds)),
    published: publishedFigure(model, options),
  };
}

function meanQuality(all: readonly Quality[]): Quality {
  const of = (key: keyof Quality): number | null => {
    const values = all.map((one) => one[key]).filter((value) => value !== null);
    return values.length === 0 ? null : mean(values);
  };
  return {
    prAuc: of('prAuc'),
    rocAuc: of('rocAuc'),
    cardPrecisionAt100: of('cardPrecisionAt100'),
    recallAtCapacity: of('recallAtCapacity'),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function heading({ options, banks, noiseMultiplier, delta }: ReferenceRun): string {
  const privacy =
    options.epsilon === null
      ? 'no privacy'
      : `unit ${options.unit}, ε ${String(options.epsilon)} at δ ${String(delta)}, noise multiplier ${noiseMultiplier.toFixed(3)}`;
  const seeds = `${String(options.seeds)} seed${options.seeds === 1 ? '' : 's'}`;
  return `${options.column}: ${String(banks.length)} banks, ${options.recipe}, ${privacy}, ${seeds}`;
}

function tableOf({ banks }: ReferenceRun, models: readonly Summary[]): string {
  const names = banks.map((_, b) => `bank ${String(b)}`);
  const head = ['model', 'AP', 'published', 'ROC AUC', 'CP@100', ...names, 'seconds'];
  const lines = models.map(({ model, overall, banks: own, seconds, published }) => [
    model,
    figure(overall.prAuc),
    figure(published ?? null),
    figure(overall.rocAuc),
    figure(overall.cardPrecisionAt100),
    ...own.map(({ prAuc }) => figure(prAuc)),
    seconds.toFixed(1),
  ]);
  return [head, ...lines].map((cells) => cells.map(padded).join(' ')).join('\n');
}

function padded(cell: string, column: number): string {
  return column === 0 ? cell.padEnd(10) : cell.padStart(9);
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function totals(banks: readonly ReferenceBank[]): readonly Check[] {
  return (['rows', 'frauds'] as const).map((key) => {
    const found = banks.reduce((total, bank) => total + bank[key], 0);
    const detail = `${String(found)} imported, ${String(REFERENCE_TOTALS[key])} in the reference data`;
    return { name: key, passed: found === REFERENCE_TOTALS[key], detail };
  });
}

function checksOf({ model, overall, published }: Summary): readonly Check[] {
  const found = overall.prAuc ?? 0;
  const leak = {
    name: `${model}: no leak`,
    passed: found <= LEAK_ALARM,
    detail: `AP ${found.toFixed(4)}, alarm above ${String(LEAK_ALARM)}`,
  };
  if (published === undefined) return [leak];
  const difference = found - published;
  const detail = `AP ${found.toFixed(4)}, published ${String(published)}, difference ${difference.toFixed(4)}`;
  return [leak, { name: `${model}: as published`, passed: Math.abs(difference) <= TOLERANCE, detail }];
}
