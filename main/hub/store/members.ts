/** The consortium, its invitations and its banks, in SQL. Never decides. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { BankId, ConsortiumId, PublicKeyHex, SignatureHex, UtcTime } from '#shared/ids.ts';

export const BankStatus = z.enum(['waiting-for-approval', 'member', 'suspended']);
export type BankStatus = z.infer<typeof BankStatus>;

const BankRow = z
  .object({
    bank_id: BankId,
    name: z.string(),
    public_key: PublicKeyHex,
    status: BankStatus,
    operator_signature: SignatureHex.nullable(),
    last_seen_at: UtcTime.nullable(),
  })
  .transform((row) => ({
    bankId: row.bank_id,
    name: row.name,
    publicKey: row.public_key,
    status: row.status,
    operatorSignature: row.operator_signature,
    lastSeenAt: row.last_seen_at,
  }));
export type BankRecord = z.infer<typeof BankRow>;

const InviteRow = z
  .object({ bank_name: z.string(), expires_at: UtcTime, used_by: BankId.nullable() })
  .transform((row) => ({ bankName: row.bank_name, expiresAt: row.expires_at, usedBy: row.used_by }));
export type InviteRecord = z.infer<typeof InviteRow>;

const ConsortiumRow = z
  .object({ consortium_id: ConsortiumId, name: z.string(), version: z.int(), address: z.string().nullable() })
  .transform((row) => ({
    id: row.consortium_id,
    name: row.name,
    version: row.version,
    address: row.address,
  }));
export type ConsortiumRecord = z.infer<typeof ConsortiumRow>;

export interface MemberStore {
  consortium(): ConsortiumRecord | undefined;
  found(consortium: { readonly id: ConsortiumId; readonly name: string }): void;
  noteAddress(address: string): void;
  /** Counts a change that banks can see; answers the new version. */
  nextVersion(): number;
  addInvite(codeHash: string, invite: { readonly bankName: string; readonly expiresAt: UtcTime }): void;
  invite(codeHash: string): InviteRecord | undefined;
  useInvite(codeHash: string, bankId: BankId): void;
  banks(): readonly BankRecord[];
  bankByKey(publicKey: PublicKeyHex): BankRecord | undefined;
  addBank(bank: Pick<BankRecord, 'bankId' | 'name' | 'publicKey'>): void;
  approve(bankId: BankId, operatorSignature: SignatureHex): void;
  suspend(bankId: BankId): void;
  noteSeen(bankId: BankId, at: UtcTime): void;
}

export function openMemberStore(database: Database.Database): MemberStore {
  const sql = {
    consortium: database.prepare('SELECT consortium_id, name, version, address FROM consortium'),
    found: database.prepare(
      'INSERT INTO consortium (only, consortium_id, name, version) VALUES (1, ?, ?, 1)',
    ),
    address: database.prepare('UPDATE consortium SET address = ?'),
    bump: database.prepare('UPDATE consortium SET version = version + 1 RETURNING version'),
    addInvite: database.prepare('INSERT INTO invite (code_hash, bank_name, expires_at) VALUES (?, ?, ?)'),
    invite: database.prepare('SELECT bank_name, expires_at, used_by FROM invite WHERE code_hash = ?'),
    useInvite: database.prepare('UPDATE invite SET used_by = ? WHERE code_hash = ?'),
    banks: database.prepare('SELECT * FROM bank ORDER BY bank_id'),
    byKey: database.prepare('SELECT * FROM bank WHERE public_key = ?'),
    addBank: database.prepare(
      "INSERT INTO bank (bank_id, name, public_key, status) VALUES (?, ?, ?, 'waiting-for-approval')",
    ),
    approve: database.prepare("UPDATE bank SET status = 'member', operator_signature = ? WHERE bank_id = ?"),
    suspend: database.prepare("UPDATE bank SET status = 'suspended' WHERE bank_id = ?"),
    seen: database.prepare('UPDATE bank SET last_seen_at = ? WHERE bank_id = ?'),
  };
  return {
    consortium: () => ConsortiumRow.optional().parse(sql.consortium.get()),
    found: ({ id, name }) => void sql.found.run(id, name),
    noteAddress: (address) => void sql.address.run(address),
    nextVersion: () => z.object({ version: z.int() }).parse(sql.bump.get()).version,
    addInvite: (codeHash, { bankName, expiresAt }) => void sql.addInvite.run(codeHash, bankName, expiresAt),
    invite: (codeHash) => InviteRow.optional().parse(sql.invite.get(codeHash)),
    useInvite: (codeHash, bankId) => void sql.useInvite.run(bankId, codeHash),
    banks: () => z.array(BankRow).parse(sql.banks.all()),
    bankByKey: (publicKey) => BankRow.optional().parse(sql.byKey.get(publicKey)),
    addBank: ({ bankId, name, publicKey }) => void sql.addBank.run(bankId, name, publicKey),
    approve: (bankId, signature) => void sql.approve.run(signature, bankId),
    suspend: (bankId) => void sql.suspend.run(bankId),
    noteSeen: (bankId, at) => void sql.seen.run(at, bankId),
  };
}
