/**
 * All chance of differentially private training: a cryptographic key stream, passed in
 * (main/platform/engine/keystream.ts: AES-256-CTR under a fresh key, privacy.md 2f.1).
 */
export interface Keystream {
  /** The next `length` bytes of the stream. */
  bytes(length: number): Uint8Array;
}
