/**
 * The first two messages of a connection: each side proves its key over both nonces. One state machine a connection.
 * Not here: who is a member, which the roster says.
 */
import type { HandshakeContract, Membership } from '#shared/contract/federation.ts';
import type { Output, Parsed } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankId, ConsortiumId, PublicKeyHex, SignatureHex } from '#shared/ids.ts';
import type { Random } from '#main/platform/ports.ts';
import { requireStatement, signStatement, verifyStatement, type Greeting, type KeyPair } from './identity.ts';

/** The hub as it introduces itself. */
export interface HubIdentity {
  readonly consortiumId: ConsortiumId;
  readonly consortiumName: string;
  readonly operatorKey: PublicKeyHex;
  readonly hub: KeyPair;
  readonly hubKeySignature: SignatureHex;
}

export type HandshakeState =
  | { readonly kind: 'new' }
  | { readonly kind: 'greeted'; readonly greeting: Greeting }
  | { readonly kind: 'authenticated'; readonly bankKey: PublicKeyHex };

type HelloInput = Parsed<HandshakeContract['hello']>;
type HelloOutput = Output<HandshakeContract['hello']>;

const NONCE_BYTES = 32;

export function newNonce(random: Random): string {
  return Buffer.from(random.bytes(NONCE_BYTES)).toString('hex');
}

export interface HubHandshake {
  state(): HandshakeState;
  /** Throws `wrong-usage` on a second hello. */
  hello(input: HelloInput): HelloOutput;
  /** Throws `wrong-usage` out of turn and `signature-invalid`; then the connection must start again. */
  authenticate(signature: SignatureHex): PublicKeyHex;
}

export function createHubHandshake(identity: HubIdentity, random: Random): HubHandshake {
  let state: HandshakeState = { kind: 'new' };
  return {
    state: () => state,
    hello: (input) => {
      if (state.kind !== 'new') throw new FailureError('wrong-usage', 'One hello a connection');
      const { consortiumId, consortiumName, operatorKey, hub, hubKeySignature } = identity;
      const hubNonce = newNonce(random);
      const greeting = {
        consortiumId,
        hubKey: hub.publicKey,
        bankKey: input.publicKey,
        bankNonce: input.nonce,
        hubNonce,
      };
      state = { kind: 'greeted', greeting };
      const hubSignature = signStatement(hub.privateKey, 'hub-greeting', greeting);
      const names = { consortiumId, consortiumName, operatorKey };
      return { ...names, hubKey: hub.publicKey, hubKeySignature, nonce: hubNonce, hubSignature };
    },
    authenticate: (signature) => {
      if (state.kind !== 'greeted')
        throw new FailureError('wrong-usage', 'Say hello first, then authenticate once');
      const { greeting } = state;
      // One try: a failed one needs a new connection, and with it a new nonce.
      state = { kind: 'new' };
      requireStatement(greeting.bankKey, 'bank-greeting', { document: greeting, signature });
      state = { kind: 'authenticated', bankKey: greeting.bankKey };
      return greeting.bankKey;
    },
  };
}

/** What a bank knows of the hub before it connects; what it doesn't expect it accepts. */
export interface ExpectedHub {
  readonly operatorKey?: PublicKeyHex | undefined;
  readonly consortiumId?: ConsortiumId | undefined;
}

/** The hub and this bank's standing on an authenticated connection. */
export interface Session {
  readonly consortiumId: ConsortiumId;
  readonly consortiumName: string;
  readonly operatorKey: PublicKeyHex;
  readonly hubKey: PublicKeyHex;
  /** By the operator: evidence that this hub spoke for the consortium. */
  readonly hubKeySignature: SignatureHex;
  readonly membership: Membership;
  readonly bankId: BankId | null;
}

interface HubsGreeting {
  readonly identity: KeyPair;
  readonly bankNonce: string;
  readonly expected: ExpectedHub;
}

/** The bank's side: checks the hub's hello and signs the greeting. Throws `signature-invalid` before anything is sent. */
export function answerHello(
  hello: HelloOutput,
  { identity, bankNonce, expected }: HubsGreeting,
): SignatureHex {
  const { consortiumId, operatorKey, hubKey } = hello;
  if (expected.operatorKey !== undefined && expected.operatorKey !== operatorKey)
    throw new FailureError(
      'signature-invalid',
      'This hub belongs to another operator than the invitation names',
    );
  if (expected.consortiumId !== undefined && expected.consortiumId !== consortiumId)
    throw new FailureError('signature-invalid', 'This hub serves another consortium than the one joined');
  const keyStatement = { document: { consortiumId, hubKey }, signature: hello.hubKeySignature };
  if (!verifyStatement(operatorKey, 'hub-key', keyStatement))
    throw new FailureError('signature-invalid', 'The operator did not sign the key of this hub');
  const greeting = { consortiumId, hubKey, bankKey: identity.publicKey, bankNonce, hubNonce: hello.nonce };
  requireStatement(hubKey, 'hub-greeting', { document: greeting, signature: hello.hubSignature });
  return signStatement(identity.privateKey, 'bank-greeting', greeting);
}
