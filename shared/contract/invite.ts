/** The invitation of one bank as one string to paste. Its signature is checked in main/wire/invite.ts. */
import { z } from 'zod';
import { base64urlToText, textToBase64url } from '../base64url.ts';
import { canonicalJson } from '../canonical.ts';
import { FailureError } from '../failure.ts';
import { ConsortiumId, PublicKeyHex, SignatureHex } from '../ids.ts';

/** `http://127.0.0.1:4790`: the hub's address, without a path. */
export const HubAddress = z.string().regex(/^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i);

export const Invite = z.strictObject({
  format: z.literal('parley/invite/1'),
  address: HubAddress,
  consortium: z.strictObject({ id: ConsortiumId, name: z.string().min(1).max(120) }),
  operatorKey: PublicKeyHex,
  /** Used once, by the bank that enrols with it. */
  code: z.string().regex(/^[0-9a-hjkmnp-tv-z]{26}$/),
});
export type Invite = z.infer<typeof Invite>;

export const SignedInvite = z.strictObject({ invite: Invite, operatorSignature: SignatureHex });
export type SignedInvite = z.infer<typeof SignedInvite>;

const LONGEST_INVITE = 4096;

export function encodeInvite(signed: SignedInvite): string {
  return textToBase64url(canonicalJson(signed));
}

/** White space and line breaks of a mail program are ignored. Throws `invite-invalid`. */
export function decodeInvite(pasted: string): SignedInvite {
  const text = pasted.length > LONGEST_INVITE ? undefined : base64urlToText(pasted.replaceAll(/\s/g, ''));
  const parsed = SignedInvite.safeParse(text === undefined ? undefined : parseJson(text));
  if (parsed.success) return parsed.data;
  throw new FailureError('invite-invalid', 'This is not a whole Parley invitation');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // cut short or altered: the schema refuses it
  }
}
