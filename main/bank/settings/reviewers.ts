/** Who may sign releases and changes of this bank, and whether one person or two decide. */
import { newId } from '#main/platform/random.ts';
import type { Clock, Random, Secrets } from '#main/platform/ports.ts';
import { fingerprint } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import { type PublicKeyHex, ReviewerId, UtcTime } from '#shared/ids.ts';
import { type ReviewerCredential, type ReviewerView, ReviewMode } from '#shared/round/reviewer-view.ts';
import type { AuditDetail } from '../audit/record.ts';
import type { ReviewerRecord, ReviewerStore } from '../store/reviewers.ts';
import type { Transact } from '../store/transaction.ts';
import { applyCountersigned, type LooseningChange } from './countersigning.ts';
import {
  createKeptReviewers,
  type KeptReviewers,
  reinstateKept,
  type ReviewTerms,
  termsIn,
} from './kept-reviewers.ts';
import { createReviewerKeys, type Signer } from './reviewer-keys.ts';
import type { SettingStore } from './store.ts';

export interface AddReviewer {
  readonly name: string;
  readonly passphrase: string;
  readonly countersigned: readonly ReviewerCredential[];
}

export interface RemoveReviewer {
  readonly reviewerId: ReviewerId;
  readonly reason: string;
  readonly countersigned: readonly ReviewerCredential[];
}

export interface SetReviewMode {
  readonly mode: ReviewMode;
  readonly reason: string;
  readonly countersigned: readonly ReviewerCredential[];
  /** Joins the transaction of the change: what one person set going ends when two have to. */
  readonly onChange: () => void;
}

export interface Reviewers {
  mode(): ReviewMode;
  list(): readonly ReviewerView[];
  /** The key of a reviewer who may sign now; undefined for strangers and for removed ones. */
  activeKey(reviewerId: ReviewerId): PublicKeyHex | undefined;
  /** Throws `reviewer-refused`. */
  open(credential: ReviewerCredential): Promise<Signer>;
  /** Commits a change that loosens with its audit entry; in mode `two` with both signatures, or not at all. */
  change(change: LooseningChange): Promise<void>;
  add(reviewer: AddReviewer): Promise<ReviewerId>;
  remove(reviewer: RemoveReviewer): Promise<void>;
  setMode(change: SetReviewMode): Promise<void>;
}

export interface ReviewersOptions {
  readonly store: ReviewerStore;
  readonly settings: SettingStore;
  readonly transact: Transact;
  readonly audit: (action: string, detail: AuditDetail) => void;
  readonly clock: Clock;
  readonly random: Random;
  /** Keeps who decides outside the store's file. */
  readonly secrets: Pick<Secrets, 'read' | 'write'>;
  /** Where the file said otherwise than what is kept; joins the transaction that sets it right. */
  readonly onReinstated: () => void;
  /** As in `ReviewerKeysOptions`. */
  readonly scryptCost?: number;
}

const NEEDED = 2;
const MODE = 'review-mode';

/** Throws `store-damaged` where a reviewer's key was exchanged in the file. */
export function createReviewers(options: ReviewersOptions): Reviewers {
  const { store, settings, transact, audit, clock, random } = options;
  const keys = createReviewerKeys({ store, clock, random, scryptCost: options.scryptCost });
  const kept = createKeptReviewers(options.secrets);
  const modeInFile = (): ReviewMode => settings.read(MODE, ReviewMode) ?? 'one';
  const mode = (): ReviewMode => kept.strictest(modeInFile());
  const activeKey = (reviewerId: ReviewerId): PublicKeyHex | undefined =>
    active(store).find((record) => record.reviewerId === reviewerId && kept.has(record))?.publicKey;
  const change = (loosening: LooseningChange): Promise<void> =>
    applyCountersigned({ keys, mode, activeKey, transact, audit, clock }, loosening);
  const now = (): UtcTime => UtcTime.parse(new Date(clock.now()).toISOString());
  const setMode = (to: ReviewMode): void => {
    settings.write(MODE, to);
  };
  reinstateKept({ ...options, kept, mode: modeInFile, setMode, now });
  const changeTerms = changeOfTerms(change, kept, () => termsIn(store, modeInFile()));
  return {
    mode,
    list: () => store.all().map(viewOf),
    activeKey,
    open: (credential) => keys.open(credential),
    change,
    add: async ({ name, passphrase, countersigned }) => {
      requireFreeName(store, name);
      const reviewerId = newId(random, 'rvw', ReviewerId);
      const made = await keys.make(reviewerId, passphrase);
      const detail = { reviewerId, name, publicKey: made.publicKey };
      const apply = (): void => {
        requireFreeName(store, name);
        store.add({ reviewerId, name, addedAt: now(), ...made });
      };
      await changeTerms({ action: 'reviewers.added', detail, countersigned, apply });
      return reviewerId;
    },
    remove: async ({ reviewerId, reason, countersigned }) => {
      requireReason(reason, 'Removing a reviewer');
      const { name } = requireActive(store, reviewerId);
      const apply = (): void => {
        requireActive(store, reviewerId);
        if (mode() === 'two') requireEnough(active(store).length - 1);
        store.remove(reviewerId, now());
      };
      const detail = { reviewerId, name, reason };
      await changeTerms({ action: 'reviewers.removed', detail, countersigned, apply });
    },
    setMode: async ({ mode: to, reason, countersigned, onChange }) => {
      const from = mode();
      if (to === from) return;
      if (to === 'one') requireReason(reason, 'Going back to one person');
      const apply = (): void => {
        if (to === 'two') requireEnough(active(store).length);
        setMode(to);
      };
      const detail = { from, to, reason };
      await changeTerms({ action: 'reviewers.mode-changed', detail, countersigned, apply }, onChange);
    },
  };
}

/** A change of who decides: announced outside the file before it is committed there; then `onAnnounced` joins the commit. */
function changeOfTerms(
  change: Reviewers['change'],
  kept: KeptReviewers,
  terms: () => ReviewTerms,
): (loosening: LooseningChange, onAnnounced?: () => void) => Promise<void> {
  return async (loosening, onAnnounced = () => undefined) => {
    const apply = (): void => {
      kept.requireSame(terms());
      loosening.apply();
      kept.announce(terms());
      onAnnounced();
    };
    try {
      await change({ ...loosening, apply });
    } catch (error) {
      kept.abandon();
      throw error;
    }
    kept.settle(terms());
  };
}

function viewOf({ reviewerId, name, publicKey, addedAt, sealedKey }: ReviewerRecord): ReviewerView {
  const isActive = sealedKey !== null;
  return { reviewerId, name, publicKey, fingerprint: fingerprint(publicKey), addedAt, isActive };
}

function active(store: ReviewerStore): readonly ReviewerRecord[] {
  return store.all().filter(({ sealedKey }) => sealedKey !== null);
}

function requireFreeName(store: ReviewerStore, name: string): void {
  if (active(store).some((reviewer) => reviewer.name === name))
    throw new FailureError('invalid-input', `There is a reviewer named ${name} already`, { field: 'name' });
}

function requireActive(store: ReviewerStore, reviewerId: ReviewerId): ReviewerRecord {
  const record = store.find(reviewerId);
  if (record !== undefined && record.sealedKey !== null) return record;
  throw new FailureError('not-found', 'There is no such reviewer', { reviewerId });
}

function requireEnough(count: number): void {
  if (count >= NEEDED) return;
  throw new FailureError(
    'second-reviewer-needed',
    `Releases by two need two reviewers; there would be ${String(count)}`,
    { reviewers: count },
  );
}

function requireReason(reason: string, what: string): void {
  if (reason.trim() === '')
    throw new FailureError('invalid-input', `${what} takes a reason`, { field: 'reason' });
}
