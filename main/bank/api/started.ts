/** When a command that trains answers: with the training under way, or with what refused it. */
import { errorFields } from '#main/platform/log.ts';
import { isFailure } from '#shared/failure.ts';
import type { RoundId } from '#shared/ids.ts';
import type { Services } from '../services.ts';

/** Answers once the charge is written and the training runs; refusals before that are the caller's, later ones show in the round. */
export async function started(
  { gate, options }: Services,
  roundId: RoundId | undefined,
  training: Promise<void>,
): Promise<void> {
  training.catch((error: unknown) => {
    if (!isFailure(error)) options.log.error('training.fault', errorFields(error));
  });
  if (roundId !== undefined && gate.trainings.running() === roundId) return;
  await training;
}
