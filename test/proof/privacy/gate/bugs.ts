/**
 * Seeded bugs: each wraps ports of the same composition, so that production code has no flag for them. The harness must
 * find every one of them by the rule that it breaks, else its silence about the product proves nothing.
 */
import { randomBytes } from 'node:crypto';
import { UpdateId } from '#shared/ids.ts';
import type { UpdateHeader } from '#shared/contract/federation.ts';
import type { HeldUpdate, Release } from '#main/bank/review/store.ts';
import type { ChargeRequest } from '#main/bank/privacy/spending.ts';
import { digestOf, signStatement } from '#main/wire/identity.ts';
import { Crash } from './fuse.ts';
import type { Bug, BugTools } from './bank.ts';
import { BANK_KEYS } from './terms.ts';

export interface SeededBug {
  readonly name: string;
  /** The rule of the judge that finds it. */
  readonly rule: string;
  readonly bug: Bug;
}

export const NO_BUG: Bug = { seams: (seams) => seams };

/** Numbers of charges that are promised but not written. */
const PROMISED = 1_000_000;

const sendBeforeCharge: Bug = {
  seams: (seams) => {
    const promised: ChargeRequest[] = [];
    const isPromised = (sequence: number): boolean => sequence >= PROMISED;
    return {
      ...seams,
      ledger: {
        ...seams.ledger,
        charge: (request) => PROMISED + promised.push(request),
        recordOutcome: (sequence, outcome) => {
          if (!isPromised(sequence)) seams.ledger.recordOutcome(sequence, outcome);
        },
      },
      calls: {
        ...seams.calls,
        sendChunk: async (chunk) => {
          const answer = await seams.calls.sendChunk(chunk);
          for (const request of promised.splice(0)) seams.ledger.charge(request);
          return answer;
        },
      },
    };
  },
};

const sendBeforeRelease: Bug = {
  seams: (seams) => ({
    ...seams,
    review: {
      ...seams.review,
      addHeld: (update) => {
        seams.review.addHeld(update);
        const { header } = update;
        const signature = signStatement(BANK_KEYS.privateKey, 'update', header);
        void seams.calls.offerUpdate({ header, signature }).catch((error: unknown) => {
          if (error instanceof Crash) throw error;
        });
      },
    },
  }),
};

const noiseBeforeCharge: Bug = {
  seams: (seams, { drawNoise, silentTrainer }) => ({
    ...seams,
    ledger: {
      ...seams.ledger,
      charge: (request) => {
        drawNoise(request.roundId);
        return seams.ledger.charge(request);
      },
    },
    trainer: silentTrainer,
  }),
};

const secondTrainingFree: Bug = {
  seams: (seams) => {
    const paid = new Map<string, number>();
    return {
      ...seams,
      ledger: {
        ...seams.ledger,
        charge: (request) => {
          const key = String(request.roundId);
          const sequence = paid.get(key) ?? seams.ledger.charge(request);
          paid.set(key, sequence);
          return sequence;
        },
      },
    };
  },
};

const refundOnFailure: Bug = {
  seams: (seams, tools) => ({
    ...seams,
    ledger: {
      ...seams.ledger,
      recordOutcome: (sequence, outcome) => {
        if (outcome === 'not-sent' && isLast(tools, sequence)) takeBack(tools, sequence);
        else seams.ledger.recordOutcome(sequence, outcome);
      },
    },
  }),
};

function isLast({ database }: BugTools, sequence: number): boolean {
  const row = database
    .prepare<[], { readonly last: number }>('SELECT max(sequence) AS last FROM privacy_ledger')
    .get();
  return row?.last === sequence;
}

/** Removes the newest row, and puts the mirrored head back to the row before. */
function takeBack({ database, mirror }: BugTools, sequence: number): void {
  const trigger = database
    .prepare<[], { readonly sql: string }>(
      "SELECT sql FROM sqlite_schema WHERE name = 'privacy_ledger_keeps_rows'",
    )
    .get();
  const before = database
    .prepare<[number], { readonly hash: string }>('SELECT hash FROM privacy_ledger WHERE sequence = ?')
    .get(sequence - 1);
  if (trigger === undefined || before === undefined) return;
  database.exec('DROP TRIGGER privacy_ledger_keeps_rows');
  database.prepare('DELETE FROM privacy_ledger WHERE sequence = ?').run(sequence);
  database.exec(trigger.sql);
  mirror.mirrorHead({ sequence: sequence - 1, hash: before.hash });
}

/** The head outside the file follows at the next start only. Too rare a way for random sequences: tests go it straight. */
export const CHARGE_NOT_MIRRORED: Bug = {
  seams: (seams) => ({ ...seams, ledger: { ...seams.ledger, mirrorCommitted: () => undefined } }),
};

const renoiseOnRetry: Bug = {
  seams: (seams) => {
    const attempts = new Map<string, number>();
    const noised = (update: HeldUpdate | undefined): HeldUpdate | undefined => {
      const attempt = attempts.get(update?.updateId ?? '') ?? 0;
      if (update === undefined || attempt === 0) return update;
      const payload = Uint8Array.from(update.payload);
      payload[0] = ((payload[0] ?? 0) + attempt) & 0xff;
      return { ...update, payload, header: { ...update.header, payloadHash: digestOf(payload) } };
    };
    return {
      ...seams,
      review: {
        ...seams.review,
        held: (updateId) => noised(seams.review.held(updateId)),
        release: (updateId) =>
          boundTo(seams.review.release(updateId), noised(seams.review.held(updateId))?.header),
      },
      calls: {
        ...seams.calls,
        offerUpdate: async (signed) => {
          const answer = await seams.calls.offerUpdate(signed);
          const { updateId } = signed.header;
          attempts.set(updateId, (attempts.get(updateId) ?? 0) + 1);
          return answer;
        },
      },
    };
  },
};

/** Bytes that an earlier process held are drawn anew by this one. */
const renoiseAfterRestart: Bug = {
  seams: (seams) => {
    const own = new Set<string>();
    const nonce = randomBytes(1)[0] ?? 0;
    const noised = (update: HeldUpdate | undefined): HeldUpdate | undefined => {
      if (update === undefined || own.has(update.updateId)) return update;
      const payload = Uint8Array.from(update.payload);
      payload[0] = ((payload[0] ?? 0) + 1 + (nonce % 255)) & 0xff;
      return { ...update, payload, header: { ...update.header, payloadHash: digestOf(payload) } };
    };
    return {
      ...seams,
      review: {
        ...seams.review,
        addHeld: (update) => {
          own.add(update.updateId);
          seams.review.addHeld(update);
        },
        held: (updateId) => noised(seams.review.held(updateId)),
        heldOfRound: (roundId) => noised(seams.review.heldOfRound(roundId)),
        release: (updateId) =>
          boundTo(seams.review.release(updateId), noised(seams.review.held(updateId))?.header),
      },
    };
  },
};

/** The release with an approval and a signature for another payload. */
function boundTo(release: Release | undefined, header: UpdateHeader | undefined): Release | undefined {
  if (release === undefined || header === undefined) return release;
  const { payloadHash } = header;
  return {
    ...release,
    approval: { ...release.approval, payloadHash },
    header: { header, signature: signStatement(BANK_KEYS.privateKey, 'update', header) },
  };
}

const approvalOfWhateverIsThere: Bug = {
  seams: (seams) => ({
    ...seams,
    review: {
      ...seams.review,
      held: (updateId) => {
        const update = seams.review.held(updateId);
        if (update === undefined) return undefined;
        return { ...update, header: { ...update.header, payloadHash: digestOf(update.payload) } };
      },
    },
  }),
  gate: (gate, { review }) => ({
    ...gate,
    ask: (request) => {
      const update = review.held(UpdateId.parse(request.updateId));
      gate.ask(update === undefined ? request : { ...request, digest: digestOf(update.payload) });
    },
  }),
};

const undoOnTheScreenOnly: Bug = {
  seams: (seams) => seams,
  gate: (gate) => ({ ...gate, undo: () => undefined }),
};

const moreNoiseOnPaperOnly: Bug = {
  seams: (seams) => ({
    ...seams,
    trainer: {
      ...seams.trainer,
      start: (request, onProgress) =>
        seams.trainer.start({ ...request, noiseMultiplier: undefined }, onProgress),
    },
  }),
};

const discardedIsSent: Bug = {
  seams: (seams) => seams,
  gate: (gate, { review, calls }) => ({
    ...gate,
    retrain: async (request) => {
      await gate.retrain(request);
      const header = review.held(request.updateId)?.header;
      if (header === undefined) return;
      await calls.offerUpdate({ header, signature: signStatement(BANK_KEYS.privateKey, 'update', header) });
    },
  }),
};

const secondReviewerForgotten: Bug = {
  seams: (seams) => ({ ...seams, reviewers: { ...seams.reviewers, mode: () => 'one' } }),
};

const scopeGoesOn: Bug = {
  seams: (seams) => ({
    ...seams,
    scopes: {
      ...seams.scopes,
      setState: (number, state) => {
        if (state.kind !== 'stopped-by-limit') seams.scopes.setState(number, state);
      },
    },
  }),
};

const limitsForgotten: Bug = {
  seams: (seams) => ({
    ...seams,
    scopes: {
      ...seams.scopes,
      running: (runId) => {
        const scope = seams.scopes.running(runId);
        return scope === undefined
          ? undefined
          : { ...scope, limits: { ...scope.limits, minimumNoiseRatio: 0, maximumNoiseRatio: 100 } };
      },
    },
  }),
};

export const SEEDED_BUGS: readonly SeededBug[] = [
  { name: 'send before charge', rule: 'nothing leaves uncharged', bug: sendBeforeCharge },
  {
    name: 'send before release',
    rule: 'nothing leaves without a committed release',
    bug: sendBeforeRelease,
  },
  {
    name: 'noise before charge',
    rule: 'the charge is committed before the noise',
    bug: noiseBeforeCharge,
  },
  {
    name: 'second training for free',
    rule: 'the charge is committed before the noise',
    bug: secondTrainingFree,
  },
  { name: 'refund on failure', rule: 'a charge is never given back', bug: refundOnFailure },
  {
    name: 're-noise on retry',
    rule: 'one release gives at most one distinct payload',
    bug: renoiseOnRetry,
  },
  {
    name: 're-noise after a restart',
    rule: 'the release is bound to what leaves (payload)',
    bug: renoiseAfterRestart,
  },
  {
    name: 'approval not bound to the digest',
    rule: 'what was shown is what is sent',
    bug: approvalOfWhateverIsThere,
  },
  {
    name: 'more noise charged than drawn',
    rule: 'the charge is committed before the noise',
    bug: moreNoiseOnPaperOnly,
  },
  { name: 'discarded update sent', rule: 'what was discarded does not leave', bug: discardedIsSent },
  { name: 'undo that does nothing', rule: 'a release by hand follows a click', bug: undoOnTheScreenOnly },
  {
    name: 'second reviewer not needed',
    rule: 'two reviewers sign where two decide',
    bug: secondReviewerForgotten,
  },
  {
    name: 'scope goes on past a stop',
    rule: 'a scope ends when a figure leaves its limit',
    bug: scopeGoesOn,
  },
  {
    name: 'limits of a scope forgotten',
    rule: 'an automatic release is inside its limits',
    bug: limitsForgotten,
  },
];
