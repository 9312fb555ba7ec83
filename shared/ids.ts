/** Identifiers that travel: branded strings with a prefix, so that a round can't be passed where a bank is meant. */
import { z } from 'zod';

/** 26 characters of Crockford base32 (130 bits) after the prefix: made by `newId` from the Random port. */
const body = '[0-9a-hjkmnp-tv-z]{26}';

export const BankId = z
  .string()
  .regex(new RegExp(`^bnk_${body}$`))
  .brand('BankId');
export type BankId = z.infer<typeof BankId>;

export const ConsortiumId = z
  .string()
  .regex(new RegExp(`^con_${body}$`))
  .brand('ConsortiumId');
export type ConsortiumId = z.infer<typeof ConsortiumId>;

export const RunId = z
  .string()
  .regex(new RegExp(`^run_${body}$`))
  .brand('RunId');
export type RunId = z.infer<typeof RunId>;

export const RoundId = z
  .string()
  .regex(new RegExp(`^rnd_${body}$`))
  .brand('RoundId');
export type RoundId = z.infer<typeof RoundId>;

/** Names one held update; also its idempotency key on the wire. */
export const UpdateId = z
  .string()
  .regex(new RegExp(`^upd_${body}$`))
  .brand('UpdateId');
export type UpdateId = z.infer<typeof UpdateId>;

export const ImportId = z
  .string()
  .regex(new RegExp(`^imp_${body}$`))
  .brand('ImportId');
export type ImportId = z.infer<typeof ImportId>;

/** A person who signs releases where two have to. */
export const ReviewerId = z
  .string()
  .regex(new RegExp(`^rvw_${body}$`))
  .brand('ReviewerId');
export type ReviewerId = z.infer<typeof ReviewerId>;

/** SHA-256 as 64 lower-case hex digits. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand('Digest');
export type Digest = z.infer<typeof Digest>;

/** Raw Ed25519 public key, 32 bytes, as 64 hex digits. */
export const PublicKeyHex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand('PublicKeyHex');
export type PublicKeyHex = z.infer<typeof PublicKeyHex>;

/** Ed25519 signature, 64 bytes, as 128 hex digits. */
export const SignatureHex = z
  .string()
  .regex(/^[0-9a-f]{128}$/)
  .brand('SignatureHex');
export type SignatureHex = z.infer<typeof SignatureHex>;

/** A moment in UTC, `2026-11-24T09:30:00.000Z`. */
export const UtcTime = z.iso.datetime({ offset: false }).brand('UtcTime');
export type UtcTime = z.infer<typeof UtcTime>;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id from 26 random bytes (the low five bits of each are used).
 * Callers pass `random.bytes(26)`; the prefix decides the schema that parses it.
 */
export function idFromBytes<S extends z.ZodType>(prefix: string, schema: S, bytes: Uint8Array): z.output<S> {
  let text = `${prefix}_`;
  for (let i = 0; i < 26; i++) text += ALPHABET.charAt((bytes[i] ?? 0) & 31);
  return schema.parse(text);
}
