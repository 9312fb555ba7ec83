import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '#shared/failure.ts';
import type { CheckpointEntry, SignedCheckpointEntry } from '#shared/contract/federation.ts';
import { Digest } from '#shared/ids.ts';
import { digestOf, signStatement } from '#main/wire/identity.ts';
import { replayRound } from '#main/bank/rounds/replay.ts';
import {
  entryHash,
  isMembershipSigned,
  verifyEntry,
  verifyPlan,
  verifyReceipt,
  verifyRosterEntry,
} from '#main/bank/rounds/verify.ts';
import {
  charter,
  hub,
  members,
  operator,
  plan,
  publish,
  type Published,
  signEntry,
  signPlan,
  stranger,
  trust,
} from './log-fixture.ts';

const OTHER = Digest.parse('f'.repeat(64));
const rounds = publish(3);

/** Another text of the same form. */
function another<T extends string>(text: T): T {
  return text.replace(/.$/, (last) => (last === '0' ? '1' : '0')) as T;
}

function round(index: number): Published {
  const found = rounds[index];
  if (found === undefined) throw new Error('no such round');
  return found;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isFailure(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

function accepts(signed: SignedCheckpointEntry, index: number): string {
  return codeOf(() => {
    verifyEntry(signed, round(index).expected, trust);
  });
}

function replays(change: {
  entry?: Partial<CheckpointEntry>;
  sums?: Uint8Array;
  payloads?: Published['payloads'];
}) {
  const { signed, sums, payloads, before } = round(1);
  return codeOf(() =>
    replayRound({
      charter,
      checkpoint: before,
      entry: { ...signed.entry, ...change.entry },
      sums: change.sums ?? sums,
      payloads: change.payloads ?? payloads,
    }),
  );
}

describe('an honest log', () => {
  it('is accepted and recomputed bit for bit, in any order of the sums', () => {
    for (const [index, { signed, sums, payloads, before, after }] of rounds.entries()) {
      expect(accepts(signed, index)).toBe('accepted');
      const replayed = replayRound({ charter, checkpoint: before, entry: signed.entry, sums, payloads });
      expect(replayed.checkpoint).toEqual(after);
      expect(replayed.checkpointHash).toBe(signed.entry.checkpointHash);
      expect(replayed.sumCheck).toBe('recomputed');
    }
  });
});

describe('a forged entry', () => {
  const { signed } = round(1);
  const [first, ...others] = signed.entry.included;
  if (first === undefined) throw new Error('no inclusion');
  const header = first.update.header;
  const forgeries: Readonly<Record<string, Partial<CheckpointEntry>>> = {
    consortiumId: { consortiumId: another(header.consortiumId) },
    runId: { runId: another(header.runId) },
    roundId: { roundId: another(header.roundId) },
    index: { index: 2 },
    previousHash: { previousHash: OTHER },
    charterHash: { charterHash: OTHER },
    baseHash: { baseHash: OTHER },
    'a bank left out, below the quorum': { included: others },
    'a bank counted twice': { included: [first, first, ...others] },
    'another tier': { included: [{ ...first, tier: 1024 }, ...others] },
  };

  it.each(Object.entries(forgeries))('is refused although the hub signed it: %s', (_, change) => {
    expect(accepts(signEntry({ ...signed.entry, ...change }), 1)).toBe('checkpoint-invalid');
  });

  it.each(Object.keys(header) as (keyof typeof header)[])(
    "is refused when an update's header differs in %s",
    (field) => {
      const value = header[field];
      const forged = { ...header, [field]: typeof value === 'string' ? another(value) : value + 1 };
      const included = [{ ...first, update: { ...first.update, header: forged } }, ...others];
      expect(accepts(signEntry({ ...signed.entry, included }), 1)).toBe('checkpoint-invalid');
    },
  );

  it('is refused when an update is signed by another key, or its bank is not in the roster', () => {
    const signature = signStatement(stranger.privateKey, 'update', header);
    const included = [{ ...first, update: { header, signature } }, ...others];
    expect(accepts(signEntry({ ...signed.entry, included }), 1)).toBe('checkpoint-invalid');
    const keys = new Map([...round(1).expected.keys].filter(([bankId]) => bankId !== header.bankId));
    expect(
      codeOf(() => {
        verifyEntry(signed, { ...round(1).expected, keys }, trust);
      }),
    ).toBe('checkpoint-invalid');
  });

  it('is refused when the hub did not sign it, field by field', () => {
    for (const field of Object.keys(signed.entry) as (keyof CheckpointEntry)[]) {
      const unsigned = { ...signed, entry: { ...signed.entry, [field]: 'changed' } as never };
      expect(accepts(unsigned, 1)).toBe('signature-invalid');
    }
    expect(accepts(signEntry(signed.entry, stranger), 1)).toBe('signature-invalid');
  });
});

describe('another history', () => {
  const other = publish(3, ' elsewhere');

  it('is refused at every place: fork, rewrite and rollback of an entry', () => {
    for (const [index, published] of other.entries()) {
      if (index === 0) continue;
      expect(accepts(published.signed, index)).toBe('checkpoint-invalid');
    }
    // an older entry again, in a newer place
    expect(accepts(round(0).signed, 1)).toBe('checkpoint-invalid');
    expect(accepts(round(2).signed, 1)).toBe('checkpoint-invalid');
    // the same place with another content, re-linked
    const relinked = {
      ...round(1).signed.entry,
      previousHash: entryHash(other[0]?.signed ?? round(0).signed),
    };
    expect(accepts(signEntry(relinked), 1)).toBe('checkpoint-invalid');
  });
});

describe('tampered sums and payloads', () => {
  const { sums, payloads, signed } = round(1);

  it('an off-by-one sum is found although the hub publishes its hash', () => {
    fc.assert(
      fc.property(fc.nat(sums.length / 8 - 1), (position) => {
        const forged = sums.slice();
        const view = new DataView(forged.buffer);
        view.setBigInt64(position * 8, view.getBigInt64(position * 8, true) + 1n, true);
        expect(replays({ sums: forged })).toBe('checkpoint-invalid');
        expect(replays({ sums: forged, entry: { sumsHash: digestOf(forged) } })).toBe('checkpoint-invalid');
      }),
      { numRuns: 50 },
    );
  });

  it('an update that is missing, changed or swapped is found', () => {
    const [one, two] = [...payloads.entries()];
    if (one === undefined || two === undefined) throw new Error('no payloads');
    expect(replays({ payloads: new Map([two]) })).toBe('checkpoint-invalid');
    const changed = Uint8Array.from(one[1]).fill(1, 0, 1);
    expect(replays({ payloads: new Map([...payloads, [one[0], changed]]) })).toBe('checkpoint-invalid');
    expect(replays({ payloads: new Map([...payloads, [one[0], two[1]]]) })).toBe('checkpoint-invalid');
  });

  it('a model that does not follow is found', () => {
    expect(replays({ entry: { checkpointHash: OTHER } })).toBe('checkpoint-invalid');
    const included = [...signed.entry.included].reverse();
    expect(replays({ entry: { included } })).toBe('checkpoint-invalid');
  });
});

describe('plan, roster, membership and receipt', () => {
  const expected = { runId: plan.plan.runId, charterHash: plan.plan.charterHash };
  const plans = (signed = plan, at = expected): string =>
    codeOf(() => {
      verifyPlan(signed, at, trust);
    });

  it('accepts the plan that the operator signed, for this run and this charter only', () => {
    expect(plans()).toBe('accepted');
    expect(plans(plan, { ...expected, charterHash: OTHER })).toBe('charter-mismatch');
    expect(plans(plan, { ...expected, runId: `run_${'0'.repeat(26)}` as never })).toBe('charter-mismatch');
    expect(plans(signPlan(plan.plan, hub))).toBe('signature-invalid');
  });

  it('refuses a plan whose charter was loosened, signed or not', () => {
    const loose = { ...charter, privacy: { ...charter.privacy, noiseMultiplier: 0.1 } };
    expect(plans({ ...plan, plan: { ...plan.plan, charter: loose } })).toBe('signature-invalid');
    // the operator's key on a hash that is not its charter's
    expect(plans(signPlan({ ...plan.plan, charter: loose }))).toBe('charter-mismatch');
  });

  it('refuses a roster entry of another consortium or signer', () => {
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const entry = {
      consortiumId: trust.consortiumId,
      bankId: member.bankId,
      name: member.name,
      publicKey: member.keys.publicKey,
    };
    const sign = (keys = operator, document = entry) => ({
      entry: document,
      operatorSignature: signStatement(keys.privateKey, 'roster-entry', document),
    });
    expect(
      codeOf(() => {
        verifyRosterEntry(sign(), trust);
      }),
    ).toBe('accepted');
    expect(
      codeOf(() => {
        verifyRosterEntry(sign(hub), trust);
      }),
    ).toBe('signature-invalid');
    const swapped = { ...sign(), entry: { ...entry, publicKey: stranger.publicKey } };
    expect(
      codeOf(() => {
        verifyRosterEntry(swapped, trust);
      }),
    ).toBe('signature-invalid');
    const elsewhere = { ...entry, consortiumId: `con_${'0'.repeat(26)}` as never };
    expect(
      codeOf(() => {
        verifyRosterEntry(sign(operator, elsewhere), trust);
      }),
    ).toBe('charter-mismatch');
  });

  it('takes a membership only from the bank itself', () => {
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const membership = { ...expected, bankId: member.bankId, tier: member.tier };
    const signature = signStatement(member.keys.privateKey, 'run-membership', membership);
    const { keys } = round(0).expected;
    expect(isMembershipSigned({ membership, signature }, keys)).toBe(true);
    expect(isMembershipSigned({ membership: { ...membership, tier: 4096 }, signature }, keys)).toBe(false);
  });

  it('takes a receipt only for the very update', () => {
    const header = round(0).signed.entry.included[0]?.update.header;
    if (header === undefined) throw new Error('no header');
    const { updateId, roundId, bankId, payloadHash } = header;
    const receipt = { updateId, roundId, bankId, payloadHash };
    const hubSignature = signStatement(hub.privateKey, 'receipt', receipt);
    expect(
      codeOf(() => {
        verifyReceipt({ receipt, hubSignature }, header, trust);
      }),
    ).toBe('accepted');
    const other = { ...header, payloadHash: OTHER };
    expect(
      codeOf(() => {
        verifyReceipt({ receipt, hubSignature }, other, trust);
      }),
    ).toBe('signature-invalid');
  });
});
