/** Opens a pasted invitation: decodes it and checks the operator's signature on it. */
import { decodeInvite, type Invite } from '#shared/contract/invite.ts';
import { FailureError } from '#shared/failure.ts';
import { verifyStatement } from './identity.ts';

/**
 * The invitation, whole and signed by the key that it names. That the key is the operator's is for people to compare
 * (fingerprint) by another channel. Throws `invite-invalid`.
 */
export function openInvite(pasted: string): Invite {
  const { invite, operatorSignature } = decodeInvite(pasted);
  if (verifyStatement(invite.operatorKey, 'invite', { document: invite, signature: operatorSignature }))
    return invite;
  throw new FailureError('invite-invalid', 'The invitation was altered: its signature does not verify');
}
