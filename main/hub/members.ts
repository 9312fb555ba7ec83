/** Who belongs to the consortium: invitations, enrolment, approval, suspension. */
import { encodeInvite, type Invite } from '#shared/contract/invite.ts';
import type { Membership } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import { BankId, type PublicKeyHex, type SignatureHex, UtcTime } from '#shared/ids.ts';
import type { Clock, Random } from '#main/platform/ports.ts';
import { newId } from '#main/platform/random.ts';
import { digestOf, fingerprint, requireStatement, signStatement } from '#main/wire/identity.ts';
import type { HubKeys } from './keys.ts';
import type { BankRecord, ConsortiumRecord } from './store/members.ts';
import type { HubStore } from './store/store.ts';

const INVITE_DAYS = 14;
const DAY_MS = 86_400_000;
const CODE_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export interface MembersOptions {
  readonly store: HubStore;
  readonly keys: HubKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly announce: () => void;
}

export interface Enrolment {
  readonly publicKey: PublicKeyHex;
  readonly code: string;
  readonly bankName: string;
  readonly signature: SignatureHex;
}

export interface Members {
  invite(bankName: string): { readonly invite: string; readonly expiresAt: UtcTime };
  /** Throws 'invite-invalid', 'invite-used' or 'signature-invalid'. A key that enrolled before gets its bank again. */
  enrol(enrolment: Enrolment): { readonly bankId: BankId; readonly membership: Membership };
  approve(bankId: BankId, keyFingerprint: string): void;
  suspend(bankId: BankId, reason: string): BankRecord;
  /** The bank behind a key; throws 'key-unknown', 'not-approved' or 'bank-suspended'. */
  requireMember(publicKey: PublicKeyHex): BankRecord;
}

export function createMembers(options: MembersOptions): Members {
  const { store, keys, clock, random } = options;
  const requireBank = (bankId: BankId): BankRecord => {
    const bank = store.members.banks().find((one) => one.bankId === bankId);
    if (bank === undefined) throw new FailureError('not-found', `This hub has no bank ${bankId}`);
    return bank;
  };
  const audit = (action: string, detail: string): void => {
    store.audit.append({ actor: 'operator', action, detail });
  };
  return {
    invite: (bankName) => {
      const consortium = requireConsortium(store);
      const code = newCode(random);
      const expiresAt = utc(clock.now() + INVITE_DAYS * DAY_MS);
      const text = encodeInvite(signedInvite(keys, consortium, code));
      store.transaction(() => {
        store.members.addInvite(digestOf(code), { bankName, expiresAt });
        audit('bank.invited', `${bankName}, until ${expiresAt}`);
      });
      return { invite: text, expiresAt };
    },
    enrol: (enrolment) => enrol(options, enrolment),
    approve: (bankId, keyFingerprint) => {
      const bank = requireBank(bankId);
      if (bank.status === 'member') return;
      if (fingerprint(bank.publicKey) !== keyFingerprint)
        throw new FailureError(
          'signature-invalid',
          `The key of ${bank.name} is ${fingerprint(bank.publicKey)}, not ${keyFingerprint}`,
        );
      const { id: consortiumId } = requireConsortium(store);
      const entry = { consortiumId, bankId, name: bank.name, publicKey: bank.publicKey };
      store.transaction(() => {
        store.members.approve(bankId, signStatement(keys.operator.privateKey, 'roster-entry', entry));
        store.members.nextVersion();
        audit('bank.approved', `${bank.name}, key ${keyFingerprint}`);
      });
      options.announce();
    },
    suspend: (bankId, reason) => {
      const bank = requireBank(bankId);
      store.transaction(() => {
        store.members.suspend(bankId);
        store.members.nextVersion();
        audit('bank.suspended', `${bank.name}: ${reason}`);
      });
      options.announce();
      return bank;
    },
    requireMember: (publicKey) => requireMember(store.members.bankByKey(publicKey)),
  };
}

function requireMember(bank: BankRecord | undefined): BankRecord {
  if (bank === undefined) throw new FailureError('key-unknown', 'This key has not enrolled at this hub');
  switch (bank.status) {
    case 'member':
      return bank;
    case 'waiting-for-approval':
      throw new FailureError('not-approved', `${bank.name} waits for the operator's approval`);
    case 'suspended':
      throw new FailureError('bank-suspended', `${bank.name} is suspended`);
  }
}

function enrol(options: MembersOptions, enrolment: Enrolment): { bankId: BankId; membership: Membership } {
  const { store, clock, random } = options;
  const { publicKey, code, bankName, signature } = enrolment;
  const { id: consortiumId } = requireConsortium(store);
  const document = { consortiumId, code, bankName, publicKey };
  requireStatement(publicKey, 'enrolment', { document, signature });
  const known = store.members.bankByKey(publicKey);
  if (known !== undefined) return { bankId: known.bankId, membership: known.status };
  const codeHash = digestOf(code);
  const invite = store.members.invite(codeHash);
  if (invite === undefined) throw new FailureError('invite-invalid', 'This hub made no such invitation');
  if (invite.usedBy !== null)
    throw new FailureError('invite-used', 'This invitation was used by another key');
  if (Date.parse(invite.expiresAt) < clock.now())
    throw new FailureError('invite-invalid', `This invitation ended on ${invite.expiresAt}`);
  const bankId = newId(random, 'bnk', BankId);
  store.transaction(() => {
    store.members.addBank({ bankId, name: bankName, publicKey });
    store.members.useInvite(codeHash, bankId);
    store.members.nextVersion();
    const detail = `${bankName} (invited as ${invite.bankName}), key ${fingerprint(publicKey)}`;
    store.audit.append({ actor: bankName, action: 'bank.enrolled', detail });
  });
  options.announce();
  return { bankId, membership: 'waiting-for-approval' };
}

function signedInvite(keys: HubKeys, consortium: ConsortiumRecord, code: string) {
  if (consortium.address === null)
    throw new FailureError(
      'hub-unreachable',
      'The hub never served: start it once, so that invitations can name its address',
    );
  const invite: Invite = {
    format: 'parley/invite/1',
    address: consortium.address,
    consortium: { id: consortium.id, name: consortium.name },
    operatorKey: keys.operator.publicKey,
    code,
  };
  return { invite, operatorSignature: signStatement(keys.operator.privateKey, 'invite', invite) };
}

export function requireConsortium(store: Pick<HubStore, 'members'>): ConsortiumRecord {
  const consortium = store.members.consortium();
  if (consortium === undefined)
    throw new FailureError('not-set-up', 'This hub has no consortium yet: run `hub init`');
  return consortium;
}

function newCode(random: Random): string {
  return Array.from(random.bytes(26), (byte) => CODE_ALPHABET.charAt(byte & 31)).join('');
}

function utc(ms: number): UtcTime {
  return UtcTime.parse(new Date(ms).toISOString());
}
