/** The marks of a trapped model on honest, trained and trapped weights. */
import { isTrapped, trapMarks } from '#main/learning/attacks/trap-alarm.ts';
import { freshWeights, imprintWeights, TANH } from '../../../main/learning/attacks/problems.ts';
import { trainedWeights } from './training.ts';

export interface TrapRow {
  readonly model: string;
  readonly copiedShare: number;
  readonly lowestRate: number;
  readonly highestRate: number;
  readonly alarmed: boolean;
  readonly published: string;
}

export function trapRows(seed: number): readonly TrapRow[] {
  const models = [
    { model: 'first weights', weights: freshWeights(seed), published: '0, .29 to .79' },
    { model: 'trained', weights: trainedWeights(seed), published: '0, .37 to .97' },
    { model: 'imprint', weights: imprintWeights(seed), published: '1.0, .016 to 1.0' },
  ];
  return models.map(({ model, weights, published }) => {
    const marks = trapMarks({ layers: TANH.layers, weights });
    const { copiedShare, lowestRate, highestRate } = marks;
    return { model, copiedShare, lowestRate, highestRate, alarmed: isTrapped(marks), published };
  });
}
