/**
 * Ed25519 identities and signed statements: who said what, under which protocol version and for which purpose.
 * Not here: where private keys are kept (the Secrets port) and whose keys are trusted (the roster).
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';
import { canonicalJson, type Canonical } from '#shared/canonical.ts';
import {
  FEDERATION_PROTOCOL,
  type CheckpointEntry,
  type LedgerHeadStatement,
  type Receipt,
  type RosterEntry,
  type RunMembership,
  type RunPlan,
  type UpdateHeader,
} from '#shared/contract/federation.ts';
import type { Invite } from '#shared/contract/invite.ts';
import { FailureError } from '#shared/failure.ts';
import { Digest, PublicKeyHex, SignatureHex, type ConsortiumId } from '#shared/ids.ts';
import type { ChangeStatement, ReviewStatement } from '#shared/round/reviewer-view.ts';
import type { Random } from '#main/platform/ports.ts';

export interface KeyPair {
  readonly publicKey: PublicKeyHex;
  readonly privateKey: KeyObject;
}

/** What both ends of a connection sign: each side's key and fresh nonce, so that no greeting can be replayed. */
export interface Greeting {
  readonly consortiumId: ConsortiumId;
  readonly hubKey: PublicKeyHex;
  readonly bankKey: PublicKeyHex;
  readonly bankNonce: string;
  readonly hubNonce: string;
}

/** Purpose → the document that is signed for it. A signature for one purpose is worth nothing for another. */
export interface Statements {
  /** By the operator. */
  readonly 'roster-entry': RosterEntry;
  readonly 'run-plan': RunPlan;
  readonly 'hub-key': { readonly consortiumId: ConsortiumId; readonly hubKey: PublicKeyHex };
  readonly invite: Invite;
  /** By the hub. */
  readonly 'hub-greeting': Greeting;
  readonly receipt: Receipt;
  readonly checkpoint: CheckpointEntry;
  /** By a bank. */
  readonly 'bank-greeting': Greeting;
  readonly enrolment: {
    readonly consortiumId: ConsortiumId;
    readonly code: string;
    readonly bankName: string;
    readonly publicKey: PublicKeyHex;
  };
  readonly 'run-membership': RunMembership;
  readonly update: UpdateHeader;
  readonly 'ledger-head': LedgerHeadStatement;
  /** By a reviewer of a bank; they stay with the bank. */
  readonly review: ReviewStatement;
  readonly change: ChangeStatement;
  /** By a bank, over a pack for a regulator: the digest of everything in it. */
  readonly pack: { readonly bankKey: PublicKeyHex; readonly digest: Digest };
}
export type Purpose = keyof Statements;

const KEY_BYTES = 32;
/** RFC 8410: everything before the 32 raw bytes in the DER encoding of an Ed25519 key. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** 32 secret bytes for `keyPairFromSeed`; keep them in Secrets and nowhere else. */
export function newKeySeed(random: Random): Uint8Array {
  return random.bytes(KEY_BYTES);
}

/** The key pair of a 32-byte seed (RFC 8032). Throws a RangeError on another length. */
export function keyPairFromSeed(seed: Uint8Array): KeyPair {
  if (seed.length !== KEY_BYTES)
    throw new RangeError(`an Ed25519 seed has 32 bytes, not ${String(seed.length)}`);
  const der = Buffer.concat([PRIVATE_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = PublicKeyHex.parse(spki.subarray(PUBLIC_PREFIX.length).toString('hex'));
  return { publicKey, privateKey };
}

/** SHA-256 of bytes, or of a value's canonical JSON. */
export function digestOf(content: Uint8Array | Canonical): Digest {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(canonicalJson(content));
  return Digest.parse(createHash('sha256').update(bytes).digest('hex'));
}

export function signStatement<P extends Purpose>(
  privateKey: KeyObject,
  purpose: P,
  document: Statements[P],
): SignatureHex {
  return SignatureHex.parse(sign(null, statementBytes(purpose, document), privateKey).toString('hex'));
}

export interface SignedStatement<P extends Purpose> {
  readonly document: Statements[P];
  readonly signature: SignatureHex;
}

/** Whether this key signed this document for this purpose under this protocol version. */
export function verifyStatement<P extends Purpose>(
  publicKey: PublicKeyHex,
  purpose: P,
  signed: SignedStatement<P>,
): boolean {
  const key = publicKeyObject(publicKey);
  return verify(null, statementBytes(purpose, signed.document), key, Buffer.from(signed.signature, 'hex'));
}

/** Throws `signature-invalid`, naming what was signed, unless the statement verifies. */
export function requireStatement<P extends Purpose>(
  publicKey: PublicKeyHex,
  purpose: P,
  signed: SignedStatement<P>,
): void {
  if (verifyStatement(publicKey, purpose, signed)) return;
  throw new FailureError(
    'signature-invalid',
    `The signature on the ${purpose} is not by the key ${fingerprint(publicKey)}`,
    { purpose },
  );
}

/** A key for people to compare by another channel: the first 16 bytes of its SHA-256 in groups of four digits. */
export function fingerprint(publicKey: PublicKeyHex): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex').slice(0, 32);
  return digest.match(/.{4}/g)?.join(' ') ?? digest;
}

/** Equality in constant time, for tokens and codes. */
export function isSameSecret(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

function statementBytes<P extends Purpose>(purpose: P, document: Statements[P]): Buffer {
  const fields: Readonly<Record<string, Canonical | undefined>> = { ...document };
  return Buffer.from(canonicalJson({ ...fields, protocol: FEDERATION_PROTOCOL, purpose }));
}

/** Far more keys than a consortium has banks; strangers' keys in handshakes only empty it. */
const KNOWN_KEYS = 20_000;
/** A pure memo: decoding a key takes as long as half a verification. */
const keyObjects = new Map<PublicKeyHex, KeyObject>();

function publicKeyObject(publicKey: PublicKeyHex): KeyObject {
  const known = keyObjects.get(publicKey);
  if (known !== undefined) return known;
  if (keyObjects.size >= KNOWN_KEYS) keyObjects.clear();
  const made = decodedKey(publicKey);
  keyObjects.set(publicKey, made);
  return made;
}

function decodedKey(publicKey: PublicKeyHex): KeyObject {
  const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, 'hex')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
