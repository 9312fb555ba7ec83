import { describe, expect, it } from 'vitest';
import {
  digestOf,
  fingerprint,
  isSameSecret,
  keyPairFromSeed,
  newKeySeed,
  requireStatement,
  signStatement,
  verifyStatement,
} from '#main/wire/identity.ts';
import { openInvite } from '#main/wire/invite.ts';
import { newId } from '#main/platform/random.ts';
import { base64urlToText, textToBase64url } from '#shared/base64url.ts';
import { encodeInvite, type Invite } from '#shared/contract/invite.ts';
import { BankId, ConsortiumId, Digest, RunId } from '#shared/ids.ts';
import { seededRandom } from '../../fakes/random.ts';

const random = seededRandom('identity');
const keys = keyPairFromSeed(newKeySeed(random));
const membership = {
  runId: newId(random, 'run', RunId),
  charterHash: Digest.parse('ab'.repeat(32)),
  bankId: newId(random, 'bnk', BankId),
  tier: 768,
};

describe('signed statements', () => {
  it('make the public key of RFC 8032, test 1', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    expect(keyPairFromSeed(seed).publicKey).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
  });

  it('verify for their purpose, document and key only', () => {
    const signature = signStatement(keys.privateKey, 'run-membership', membership);
    const good = { document: membership, signature };
    expect(verifyStatement(keys.publicKey, 'run-membership', good)).toBe(true);
    const altered = { document: { ...membership, tier: 1024 }, signature };
    expect(verifyStatement(keys.publicKey, 'run-membership', altered)).toBe(false);
    const other = keyPairFromSeed(newKeySeed(random));
    expect(verifyStatement(other.publicKey, 'run-membership', good)).toBe(false);
    const enrolment = signStatement(keys.privateKey, 'hub-key', {
      consortiumId: newId(random, 'con', ConsortiumId),
      hubKey: keys.publicKey,
    });
    expect(
      verifyStatement(keys.publicKey, 'run-membership', { document: membership, signature: enrolment }),
    ).toBe(false);
  });

  it('can not be given another protocol or purpose by the document itself', () => {
    const purposeful = { ...membership, purpose: 'update', protocol: 'parley/federation/0' };
    const signature = signStatement(keys.privateKey, 'run-membership', purposeful);
    expect(verifyStatement(keys.publicKey, 'run-membership', { document: membership, signature })).toBe(true);
  });

  it('name what was not signed', () => {
    const signature = signStatement(keys.privateKey, 'run-membership', { ...membership, tier: 1 });
    expect(() => {
      requireStatement(keys.publicKey, 'run-membership', { document: membership, signature });
    }).toThrow(/run-membership is not by the key/);
  });

  it('do not depend on the order of the keys', () => {
    expect(digestOf({ a: 1, b: [2, { d: 3, c: 4 }] })).toBe(digestOf({ b: [2, { c: 4, d: 3 }], a: 1 }));
  });
});

describe('a key for people', () => {
  it('is eight groups of four digits', () => {
    expect(fingerprint(keys.publicKey)).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  });

  it('compares secrets by value', () => {
    expect(isSameSecret('token', 'token')).toBe(true);
    expect(isSameSecret('token', 'token ')).toBe(false);
  });
});

describe('an invitation', () => {
  const invite: Invite = {
    format: 'parley/invite/1',
    address: 'http://127.0.0.1:4790',
    consortium: { id: newId(random, 'con', ConsortiumId), name: 'Banken für Żółw & 銀行 🏦' },
    operatorKey: keys.publicKey,
    code: '0123456789abcdefghjkmnpqrs',
  };
  const text = encodeInvite({ invite, operatorSignature: signStatement(keys.privateKey, 'invite', invite) });

  it('survives pasting with line breaks', () => {
    expect(openInvite(` ${text.slice(0, 70)}\r\n\t${text.slice(70)}\n`)).toEqual(invite);
  });

  it('is refused when cut, altered or signed by another key', () => {
    const altered = { ...invite, address: 'http://127.0.0.1:9999' };
    const signature = signStatement(keys.privateKey, 'invite', invite);
    const bad = [
      text.slice(0, -3),
      `${text.slice(0, 40)}A${text.slice(41)}`,
      '',
      'x'.repeat(10_000),
      encodeInvite({ invite: altered, operatorSignature: signature }),
    ];
    for (const one of bad)
      expect(() => openInvite(one)).toThrow(expect.objectContaining({ code: 'invite-invalid' }) as Error);
  });

  it('is plain base64url, as Node writes it', () => {
    for (const sample of ['', 'a', 'ab', 'abc', 'ä€🏦', invite.consortium.name]) {
      expect(textToBase64url(sample)).toBe(Buffer.from(sample).toString('base64url'));
      expect(base64urlToText(textToBase64url(sample))).toBe(sample);
    }
    expect(base64urlToText('_w')).toBeUndefined();
    expect(base64urlToText('a+b/')).toBeUndefined();
  });
});
