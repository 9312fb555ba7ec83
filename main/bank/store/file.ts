/** Name of the bank's store inside its home. */
export const BANK_STORE_FILE = 'bank.sqlite';
