/** Every form in which a value of a planted record could travel (reliability.md 3.6), as bytes to look for. */
import { type Canary, utc } from './records.ts';

export interface Pattern {
  /** Index of the record. */
  readonly record: number;
  /** Which value in which form. */
  readonly form: string;
  readonly bytes: Buffer;
}

export function patternsOf(canaries: readonly Canary[]): readonly Pattern[] {
  return canaries.flatMap((canary, record) =>
    formsOf(canary).map(([form, bytes]) => ({ record, form, bytes })),
  );
}

type Form = readonly [string, Buffer];

function formsOf(canary: Canary): readonly Form[] {
  const { transaction, card, merchant, terminal, amount, at } = canary;
  const seconds = at / 1000;
  return [
    ...Object.entries({ transaction, card, merchant, terminal }).flatMap(([name, text]) =>
      textForms(name, text),
    ),
    ...[String(amount), (amount / 100).toFixed(2), (amount / 100).toFixed(2).replace('.', ',')].flatMap(
      (text) => textForms('amount', text),
    ),
    ...[utc(at).slice(0, 19), utc(at).slice(0, 19).replace('T', ' '), String(at), String(seconds)].flatMap(
      (text) => textForms('time', text),
    ),
    ...wholeForms('amount in minor units', amount),
    ...floatForms('amount in minor units', amount),
    ...floatForms('amount in major units', amount / 100),
    ...wholeForms('time in milliseconds', at),
    ...floatForms('time in milliseconds', at),
    ...floatForms('time in seconds', seconds),
    ...shortForms('time in seconds', seconds),
  ];
}

function textForms(name: string, text: string): readonly Form[] {
  const utf8 = Buffer.from(text, 'utf8');
  const utf16 = Buffer.from(text, 'utf16le');
  return [
    [`${name}, UTF-8 or JSON`, utf8],
    [`${name}, UTF-16 LE`, utf16],
    [`${name}, UTF-16 BE`, Buffer.from(utf16).swap16()],
    [`${name}, hex`, Buffer.from(utf8.toString('hex'))],
    [`${name}, HEX`, Buffer.from(utf8.toString('hex').toUpperCase())],
    ...[0, 1, 2].map((offset): Form => [`${name}, base64 at ${String(offset)}`, base64At(utf8, offset)]),
  ];
}

/** The part of base64 that does not depend on the bytes around. */
function base64At(bytes: Buffer, offset: number): Buffer {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const text = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64');
  return Buffer.from(text.slice(offset === 0 ? 0 : 4));
}

/** 64-bit integers, also those of msgpack, and the varint of protobuf. */
function wholeForms(name: string, value: number): readonly Form[] {
  const little = Buffer.alloc(8);
  little.writeBigInt64LE(BigInt(value));
  return [
    [`${name}, int64 LE`, little],
    [`${name}, int64 BE or msgpack`, Buffer.from(little).swap64()],
    [`${name}, varint`, varint(value)],
  ];
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = BigInt(value);
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(left)]);
}

function floatForms(name: string, value: number): readonly Form[] {
  const double = Buffer.alloc(8);
  double.writeDoubleLE(value);
  const single = Buffer.alloc(4);
  single.writeFloatLE(value);
  return [
    [`${name}, f64 LE`, double],
    [`${name}, f64 BE or msgpack`, Buffer.from(double).swap64()],
    [`${name}, f32 LE`, single],
    [`${name}, f32 BE`, Buffer.from(single).swap32()],
  ];
}

function shortForms(name: string, value: number): readonly Form[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return [
    [`${name}, uint32 LE`, bytes],
    [`${name}, uint32 BE`, Buffer.from(bytes).swap32()],
  ];
}
