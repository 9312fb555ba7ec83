/** The charter as named values with a sentence each: what was agreed. */
import { type Charter } from '#shared/round/charter.ts';
import { text } from '../../text/en.ts';
import { type Fact } from '../../ui/facts.tsx';
import { count, dayText, deltaText, durationText } from '../../ui/format.ts';

import { wordsOfUnit } from '../privacy/unit-claim.tsx';

const words = text.rounds.charter;

export function parameterCount(layers: readonly number[]): number {
  return layers.slice(1).reduce((sum, width, index) => sum + width * ((layers[index] ?? 0) + 1), 0);
}

export function charterFacts(charter: Charter): readonly Fact[] {
  const { model, privacy, recipe, split, participation } = charter;
  const facts: Fact[] = [
    { name: words.task, value: charter.features },
    {
      name: words.model,
      value: words.modelValue(model.layers.join('–'), model.activation, count(parameterCount(model.layers))),
    },
    { name: words.recipe, value: recipeText(recipe) },
    { name: words.unit, value: wordsOfUnit(privacy.unit).unit },
    { name: words.clipping, value: privacy.clippingNorm ?? text.common.none, meaning: words.clippingMeaning },
    {
      name: words.noise,
      value: privacy.noiseMultiplier === 0 ? words.noNoise : Number(privacy.noiseMultiplier.toPrecision(5)),
      meaning: words.noiseMeaning,
    },
    { name: words.delta, value: deltaText(privacy.delta) },
  ];
  if (recipe.kind !== 'plain') facts.push({ name: words.sampling, value: recipe.samplingRate });
  return [
    ...facts,
    {
      name: words.days,
      value: `${words.daysValue(dayText(split.trainFrom), dayText(split.trainUntil))}; ${words.testValue(dayText(split.testFrom), dayText(split.testUntil))}`,
    },
    { name: words.labels, value: words.labelsValue(dayText(split.labelsKnownBy), charter.labelDelayDays) },
    { name: words.cohort, value: words.cohortValue(participation.minimumCohort, participation.quorum) },
    { name: words.deadline, value: durationText(participation.deadlineSeconds * 1000) },
    { name: words.payloads, value: payloadText(charter) },
  ];
}

function recipeText(recipe: Charter['recipe']): string {
  switch (recipe.kind) {
    case 'few-rounds':
      return words.recipes['few-rounds'](recipe.rounds, recipe.steps);
    case 'one-step':
      return words.recipes['one-step'](recipe.rounds);
    case 'plain':
      return words.recipes.plain(recipe.rounds, recipe.rule.kind);
  }
}

function payloadText(charter: Charter): string {
  if (charter.secureAggregation.kind === 'on') return words.masked(charter.secureAggregation.threshold);
  return charter.openPayloads ? words.open : words.closed;
}
