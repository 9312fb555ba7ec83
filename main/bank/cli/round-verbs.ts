/** Verbs about rounds: train, review, release, withhold, retrain. Each waits until what it asked for has happened. */
import { FailureError } from '#shared/failure.ts';
import type { RoundId, UpdateId } from '#shared/ids.ts';
import type { ReleaseScope, ReviewView } from '#shared/round/review-view.ts';
import type { RoundView } from '#shared/round/round-view.ts';
import { type Answer, done, reviewAnswer, signedAnswer } from './answers.ts';
import { credentialsOf } from './reviewer-verbs.ts';
import type { BankCommand } from './command-line.ts';
import { type BankProgram, endProgress, showProgress } from './program.ts';
import type { BankClient } from './reach.ts';
import { until } from './wait.ts';

type Command<K extends BankCommand['kind']> = Extract<BankCommand, { kind: K }>;

export async function train(
  client: BankClient,
  program: BankProgram,
  asked: RoundId | undefined,
): Promise<Answer> {
  const roundId = asked ?? (await waitingRound(client));
  await client['rounds.train']({ roundId });
  return trained(client, program, roundId);
}

/** With the noise of the charter times the factor; what it makes is then held for review as any update. */
export async function retrain(
  client: BankClient,
  program: BankProgram,
  { updateId, noiseFactor, note }: Command<'retrain'>,
): Promise<Answer> {
  const review = await client['review.current']({ updateId });
  if (review === null) throw new FailureError('nothing-to-review', 'There is no such update', { updateId });
  const noiseMultiplier = noiseFactor * review.terms.agreedNoiseMultiplier;
  await client['review.retrain']({ updateId, digest: review.digest, noiseMultiplier, note });
  return trained(client, program, review.roundId);
}

/** The review of what the training that runs makes. */
async function trained(client: BankClient, program: BankProgram, roundId: RoundId): Promise<Answer> {
  const part = await until(program.clock, async () => {
    const round = await findRound(client, roundId);
    if (round === undefined)
      throw new FailureError('deadline-passed', 'The round closed during the training');
    const { participation } = round;
    if (participation.kind !== 'training') return participation;
    showProgress(program, `Training, ${String(Math.round(100 * participation.progress.share))} %`);
    return undefined;
  });
  endProgress(program);
  if (part.kind === 'stopped') throw FailureError.from(part.failure);
  return reviewAnswer(await client['review.current']({}));
}

export async function release(
  client: BankClient,
  program: BankProgram,
  command: Command<'release'>,
): Promise<Answer> {
  const review = await requireReview(client);
  if (!review.digest.startsWith(command.digest))
    throw new FailureError('digest-changed', `The waiting update has the digest ${review.digest}`);
  const { updateId, digest } = review;
  const request = { updateId, digest, note: command.note, scope: scopeOf(review, command.following) };
  const [reviewer, another] = await credentialsOf(client, program, command.signedBy);
  if (another !== undefined)
    throw new FailureError('wrong-usage', 'One reviewer signs at a time; give --reviewer once');
  if (reviewer === undefined) await client['review.release'](request);
  else {
    const { given, needed } = await client['review.sign']({ ...request, reviewer });
    if (given < needed) return signedAnswer({ given, needed });
  }
  const ended = await until(program.clock, () => endOfSending(client, program, updateId));
  endProgress(program);
  if (ended.state.kind === 'sent')
    return done(`Sent to ${ended.destination.consortium}; SHA-256 ${ended.digest}`);
  throw new FailureError('deadline-passed', 'The update was not sent; it is kept here', {
    state: ended.state.kind,
  });
}

async function endOfSending(
  client: BankClient,
  program: BankProgram,
  updateId: UpdateId,
): Promise<ReviewView | undefined> {
  const now = await client['review.current']({ updateId });
  switch (now?.state.kind) {
    case 'counting-down':
      showProgress(program, `Leaves in ${(now.state.sendsInMs / 1000).toFixed(0)} s`);
      return undefined;
    case 'sending':
      showProgress(program, 'Sending');
      return undefined;
    case 'waiting':
      throw now.state.failure === undefined
        ? new FailureError('nothing-to-review', 'The release was undone; the update waits for a decision')
        : FailureError.from(now.state.failure);
    case 'changed':
      throw new FailureError('digest-changed', 'The release was not committed; review the update again');
    case 'sent':
    case 'late':
    case 'withheld':
    case 'discarded':
      return now;
    case undefined:
      throw new FailureError('nothing-to-review', 'There is no such update', { updateId });
  }
}

export async function withhold(client: BankClient, note: string): Promise<Answer> {
  const { updateId } = await requireReview(client);
  await client['review.withhold']({ updateId, note });
  return done('Withheld. The charge for it stays.');
}

function scopeOf(review: ReviewView, following: number | undefined): ReleaseScope {
  const { scope: signed } = review.signatures;
  // The second reviewer signs for the very limits of the first.
  if (signed?.kind === 'rounds' && signed.following === following) return signed;
  if (following === undefined || following === 0) return { kind: 'this-round' };
  if (review.scope === null)
    throw new FailureError('nothing-to-review', 'This update does not wait for a decision');
  return { kind: 'rounds', following, limits: review.scope.defaultLimits };
}

async function requireReview(client: BankClient): Promise<ReviewView> {
  const review = await client['review.current']({});
  if (review?.state.kind !== 'waiting')
    throw new FailureError('nothing-to-review', 'No update waits for a decision');
  return review;
}

async function findRound(client: BankClient, roundId: RoundId): Promise<RoundView | undefined> {
  const rounds = (await client['runs.list']({})).flatMap((run) => run.round ?? []);
  return rounds.find((round) => round.roundId === roundId);
}

async function waitingRound(client: BankClient): Promise<RoundId> {
  const rounds = (await client['runs.list']({})).flatMap((run) => run.round ?? []);
  const waiting = rounds.find(
    ({ phase, participation }) =>
      phase === 'training' && (participation.kind === 'joined' || participation.kind === 'stopped'),
  );
  if (waiting === undefined) throw new FailureError('round-not-open', 'No round waits for this bank');
  return waiting.roundId;
}
