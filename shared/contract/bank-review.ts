/** The bank's contract about releases, signatures and reviewers: the gate as screens and command line may use it. */
import { z } from 'zod';
import { Digest, ReviewerId, RunId, UpdateId } from '../ids.ts';
import {
  Countersigned,
  ReviewerCredential,
  ReviewerView,
  ReviewMode,
  SignedReviewStatement,
} from '../round/reviewer-view.ts';
import { ReleaseScope, RetrainingView, ReviewView } from '../round/review-view.ts';
import { command, query } from './define.ts';

const nothing = z.strictObject({});
const Reason = z.string().max(2000);

export const reviewMethods = {
  /** The update that waits for a decision, or the last one decided; null when there is none. */
  'review.current': query(z.strictObject({ updateId: UpdateId.optional() }), ReviewView.nullable()),
  /** In mode `one`. In mode `two` it is refused as `second-reviewer-needed`: sign instead. */
  'review.release': command(
    z.strictObject({ updateId: UpdateId, digest: Digest, scope: ReleaseScope, note: z.string().max(2000) }),
    nothing,
  ),
  /** One reviewer's signature over exactly what was shown. The second signature on the same scope releases. */
  'review.sign': command(
    z.strictObject({
      updateId: UpdateId,
      digest: Digest,
      scope: ReleaseScope,
      note: z.string().max(2000),
      reviewer: ReviewerCredential,
    }),
    z.object({ given: z.number(), needed: z.number() }),
  ),
  /** Takes back what was signed so far, before the second signature. */
  'review.unsign': command(z.strictObject({ updateId: UpdateId }), nothing),
  'review.undo': command(z.strictObject({ updateId: UpdateId }), nothing),
  'review.withhold': command(z.strictObject({ updateId: UpdateId, note: z.string().max(2000) }), nothing),
  /** What `review.retrain` would cost with this noise, and what forbids it now; changes nothing. */
  'review.retraining': query(
    z.strictObject({ updateId: UpdateId, noiseMultiplier: z.number().gt(0) }),
    RetrainingView,
  ),
  /**
   * Discards the waiting update and trains again for its round, with a noise multiplier above the charter's. Answers once
   * the new charge is written; a refusal before it changes nothing. Nothing leaves, so in mode `two` no signature is needed.
   */
  'review.retrain': command(
    z.strictObject({
      updateId: UpdateId,
      digest: Digest,
      noiseMultiplier: z.number().gt(0),
      note: z.string().max(2000),
    }),
    nothing,
  ),
  /** The signed statements of a released update. */
  'review.signatures': query(z.strictObject({ updateId: UpdateId }), z.array(SignedReviewStatement)),
  'scope.stop': command(z.strictObject({ runId: RunId }), nothing),

  'reviewers.list': query(nothing, z.object({ mode: ReviewMode, reviewers: z.array(ReviewerView) })),
  /** Makes the reviewer's key and seals it with the passphrase (scrypt). */
  'reviewers.add': command(
    z.strictObject({
      name: z.string().min(1).max(120),
      passphrase: z.string().min(12).max(1000),
      countersigned: Countersigned,
    }),
    z.object({ reviewerId: ReviewerId }),
  ),
  'reviewers.remove': command(
    z.strictObject({ reviewerId: ReviewerId, reason: Reason, countersigned: Countersigned }),
    nothing,
  ),
  /** Two is chosen freely once two reviewers exist; back to one takes both signatures and a reason. */
  'reviewers.setMode': command(
    z.strictObject({ mode: ReviewMode, reason: Reason, countersigned: Countersigned }),
    nothing,
  ),
} as const;
