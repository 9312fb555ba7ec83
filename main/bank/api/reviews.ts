/** The contract's methods about the held update: what it is, and what people decide about it. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { fingerprint } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import { retrainingView } from '../review/retraining.ts';
import { reviewView, type ReviewSources } from '../review/review-view.ts';
import type { Services } from '../services.ts';
import { started } from './started.ts';

type ReviewMethods = Extract<keyof BankContract, `${'review' | 'scope'}.${string}`>;

export function reviewHandlers(services: Services): Pick<Handlers<BankContract>, ReviewMethods> {
  const { gate, gatePorts, reviewers } = services;
  const sources = reviewSources(services);
  return {
    'review.current': ({ updateId }) => reviewView(sources, updateId),
    'review.release': (request) => {
      gate.ask(request);
      return {};
    },
    'review.sign': async ({ reviewer, ...request }) => {
      const signer = await reviewers.open(reviewer);
      return gate.sign(request, signer);
    },
    'review.unsign': ({ updateId }) => {
      gate.unsign(updateId);
      return {};
    },
    'review.signatures': ({ updateId }) => gatePorts.signatures.of(updateId).map(({ signed }) => signed),
    'review.undo': ({ updateId }) => {
      gate.undo(updateId);
      return {};
    },
    'review.withhold': ({ updateId, note }) => {
      gate.withhold(updateId, note);
      return {};
    },
    'review.retraining': (asked) => retrainingView(gatePorts, asked),
    'review.retrain': async (request) => {
      const { roundId } = gatePorts.store.held(request.updateId) ?? {};
      await started(services, roundId, gate.retrain(request));
      return {};
    },
    'scope.stop': ({ runId }) => {
      gate.stopScope(runId);
      return {};
    },
  };
}

function reviewSources({ gatePorts, gate, rounds, consortium, preferences, key }: Services): ReviewSources {
  return {
    ports: gatePorts,
    gate,
    runOf: (held) => rounds.run(held.runId),
    destination: () => {
      const { consortium: named, address, operatorKey } = consortium.required();
      return { consortium: named.name, address, operatorFingerprint: fingerprint(operatorKey) };
    },
    signer: () => {
      const profile = preferences.profile();
      if (profile === undefined) throw new FailureError('not-set-up', 'This store has no bank yet');
      return { bank: profile.bankName, analyst: profile.analyst, keyFingerprint: key.fingerprint() };
    },
  };
}
