/** The figures of a release scope beside their limits, ready to show. */
import { type ScopeView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { epsilonSpent, figure } from '../../ui/format.ts';

export interface ScopeFigureRow {
  readonly name: string;
  /** In order of rounds, without those where it could not be computed. */
  readonly values: readonly number[];
  readonly last: string;
  readonly limit: string;
  readonly limits: readonly number[];
  readonly isOutside: boolean;
}

const words = text.rounds.scope;

export function scopeFigureRows({ figures, limits }: ScopeView): readonly ScopeFigureRow[] {
  const pick = (read: (one: ScopeView['figures'][number]['figures']) => number | null): readonly number[] =>
    figures.map((one) => read(one.figures)).filter((value) => value !== null);
  return [
    row(
      words.noiseRatio,
      pick((one) => one.noiseRatio),
      {
        limit: words.limitBetween(figure(limits.minimumNoiseRatio, 2), figure(limits.maximumNoiseRatio, 2)),
        limits: [limits.minimumNoiseRatio, limits.maximumNoiseRatio],
        isInside: (value) => value >= limits.minimumNoiseRatio && value <= limits.maximumNoiseRatio,
      },
    ),
    row(
      words.cosine,
      pick((one) => one.cosine),
      {
        limit: words.limitAtLeast(figure(limits.minimumCosine, 2)),
        limits: [limits.minimumCosine],
        isInside: (value) => value >= limits.minimumCosine,
      },
    ),
    row(
      words.epsilon,
      pick((one) => one.epsilon),
      {
        limit: words.limitAtMost(epsilonSpent(limits.maximumEpsilonPerRound)),
        limits: [limits.maximumEpsilonPerRound],
        isInside: (value) => value <= limits.maximumEpsilonPerRound,
      },
    ),
  ];
}

function row(
  name: string,
  values: readonly number[],
  rule: {
    readonly limit: string;
    readonly limits: readonly number[];
    readonly isInside: (value: number) => boolean;
  },
): ScopeFigureRow {
  const last = values.at(-1);
  return {
    name,
    values,
    last: last === undefined ? words.noFigures : figure(last, 3),
    limit: rule.limit,
    limits: rule.limits,
    isOutside: last !== undefined && !rule.isInside(last),
  };
}
