/** Caps on what a file can make the import hold: a peer's or an attacker's file must never grow memory (I9, T25). */

/** Characters of one field. */
export const MAX_FIELD_CHARACTERS = 32_768;
/** Characters of one record, also of one with line breaks inside quotes. */
export const MAX_RECORD_CHARACTERS = 262_144;
export const MAX_COLUMNS = 1_024;
/** Characters of an identifier or a code that is stored. */
export const MAX_TEXT_CHARACTERS = 128;
/** Rejected rows that are kept for review; more are counted. */
export const MAX_REJECTS_KEPT = 100_000;
/** Characters of a rejected row's text that are kept. */
export const MAX_REJECT_TEXT = 500;
