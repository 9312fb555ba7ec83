/**
 * Who decides, kept in the key store beside the store's file: an older copy of the file, or an edited one, brings back
 * neither one person nor other reviewers. Under a running app the stricter of both holds; at the next start what is kept
 * stands again, and the audit says so.
 */
import { z } from 'zod';
import type { Secrets } from '#main/platform/ports.ts';
import { FailureError } from '#shared/failure.ts';
import { PublicKeyHex, ReviewerId, UtcTime } from '#shared/ids.ts';
import { ReviewMode } from '#shared/round/reviewer-view.ts';
import type { AuditDetail } from '../audit/record.ts';
import { type ReviewerStore, SealedKey } from '../store/reviewers.ts';
import type { Transact } from '../store/transaction.ts';

/** The mode and the reviewers who may sign, by id. */
export const ReviewTerms = z.strictObject({
  mode: ReviewMode,
  reviewers: z.array(
    z.strictObject({
      reviewerId: ReviewerId,
      name: z.string(),
      publicKey: PublicKeyHex,
      addedAt: UtcTime,
      sealedKey: SealedKey,
    }),
  ),
});
export type ReviewTerms = z.infer<typeof ReviewTerms>;

/** `next`: what a change is about to commit; a crash leaves the file with one or the other. */
const Kept = z.strictObject({ terms: ReviewTerms, next: ReviewTerms.nullable() });
type Kept = z.infer<typeof Kept>;

const NAME = 'review-terms';

export interface KeptReviewers {
  read(): Kept | undefined;
  /** Inside the transaction of a change, before its commit. Durable when it returns. */
  announce(next: ReviewTerms): void;
  /** After the commit, or at the start: these are the terms in the file. */
  settle(terms: ReviewTerms): void;
  /** After a change that failed: what was kept before it stands, whatever the file says. */
  abandon(): void;
  /** One person decides only where file and key store agree on it. */
  strictest(inFile: ReviewMode): ReviewMode;
  /** Whether this reviewer is among those that are kept. */
  has(reviewer: { readonly reviewerId: ReviewerId; readonly publicKey: PublicKeyHex }): boolean;
  /** Throws `store-damaged` where the file says otherwise than what is kept: a change would make it the kept one. */
  requireSame(inFile: ReviewTerms): void;
}

export function createKeptReviewers(secrets: Pick<Secrets, 'read' | 'write'>): KeptReviewers {
  let kept = readKept(secrets);
  const write = (next: Kept): void => {
    if (kept !== undefined && textOf(kept) === textOf(next)) return;
    secrets.write(NAME, new TextEncoder().encode(JSON.stringify(next)));
    kept = next;
  };
  /** What is kept, and what a change is about to commit; undefined where nothing was ever kept. */
  const agreed = (): readonly ReviewTerms[] | undefined =>
    kept === undefined ? undefined : [kept.terms, ...(kept.next === null ? [] : [kept.next])];
  return {
    read: () => kept,
    announce: (next) => {
      write({ terms: kept?.terms ?? NOBODY, next });
    },
    settle: (terms) => {
      if (kept !== undefined || !isSame(terms, NOBODY)) write({ terms, next: null });
    },
    abandon: () => {
      if (kept !== undefined) write({ ...kept, next: null });
    },
    strictest: (inFile) => (agreed()?.every(({ mode }) => mode === 'two') === true ? 'two' : inFile),
    has: ({ reviewerId, publicKey }) =>
      agreed()?.some(({ reviewers }) =>
        reviewers.some((one) => one.reviewerId === reviewerId && one.publicKey === publicKey),
      ) ?? true,
    requireSame: (inFile) => {
      if (agreed()?.some((terms) => isSame(inFile, terms)) ?? true) return;
      throw new FailureError(
        'store-damaged',
        'The reviewers in the store’s file are not those that were agreed; start Parley again, which sets them right',
      );
    },
  };
}

const NOBODY: ReviewTerms = { mode: 'one', reviewers: [] };

/** Damaged terms throw: without them a loosened file could not be told from the right one. */
function readKept({ read }: Pick<Secrets, 'read'>): Kept | undefined {
  const bytes = read(NAME);
  return bytes === undefined ? undefined : Kept.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

function textOf(kept: Kept): string {
  return JSON.stringify(Kept.parse(kept));
}

function isSame(a: ReviewTerms, b: ReviewTerms): boolean {
  return JSON.stringify(ReviewTerms.parse(a)) === JSON.stringify(ReviewTerms.parse(b));
}

/** The terms in the file. */
export function termsIn(store: Pick<ReviewerStore, 'all'>, mode: ReviewMode): ReviewTerms {
  const reviewers = store
    .all()
    .flatMap(({ sealedKey, ...reviewer }) => (sealedKey === null ? [] : [{ ...reviewer, sealedKey }]))
    .sort((a, b) => (a.reviewerId < b.reviewerId ? -1 : 1));
  return { mode, reviewers };
}

export interface Reinstating {
  readonly store: ReviewerStore;
  readonly kept: KeptReviewers;
  readonly mode: () => ReviewMode;
  readonly setMode: (mode: ReviewMode) => void;
  readonly transact: Transact;
  readonly audit: (action: string, detail: AuditDetail) => void;
  readonly now: () => UtcTime;
  /** Joins the transaction: what one person may have set going ends. */
  readonly onReinstated: () => void;
}

/** At the start: where the file says otherwise than what is kept, what is kept stands again. Throws `store-damaged`. */
export function reinstateKept(ports: Reinstating): void {
  const found = termsIn(ports.store, ports.mode());
  const { terms, next } = ports.kept.read() ?? { terms: found, next: null };
  if (!isSame(found, terms) && (next === null || !isSame(found, next)))
    ports.transact(() => {
      reinstate(ports, found, terms);
    });
  ports.kept.settle(termsIn(ports.store, ports.mode()));
}

/** In the audit's own words for changes, so that whoever follows it knows who may sign from here on. */
function reinstate(ports: Reinstating, found: ReviewTerms, terms: ReviewTerms): void {
  const { store, audit, now } = ports;
  const reason = 'as kept outside the store’s file, which said otherwise';
  const isIn = ({ reviewers }: ReviewTerms, one: ReviewTerms['reviewers'][number]): boolean =>
    reviewers.some((other) => JSON.stringify(other) === JSON.stringify(one));
  for (const one of found.reviewers.filter((reviewer) => !isIn(terms, reviewer))) {
    store.remove(one.reviewerId, now());
    const { reviewerId, name } = one;
    audit('reviewers.removed', { reviewerId, name, reason, countersigned: [] });
  }
  for (const one of terms.reviewers.filter((reviewer) => !isIn(found, reviewer))) {
    const { reviewerId, name, publicKey } = one;
    if ((store.find(reviewerId)?.publicKey ?? publicKey) !== publicKey)
      throw new FailureError('store-damaged', `The key of the reviewer ${name} was exchanged in the store`);
    store.reinstate(one);
    audit('reviewers.added', { reviewerId, name, publicKey, reason, countersigned: [] });
  }
  if (found.mode !== terms.mode) {
    ports.setMode(terms.mode);
    audit('reviewers.mode-changed', { from: found.mode, to: terms.mode, reason, countersigned: [] });
  }
  ports.onReinstated();
}
