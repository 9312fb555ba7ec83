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
    ...numberForms('amount in minor units', amount),
    ...floatForms('amount in major units', amount / 100),
    ...numberForms('time in milliseconds', at),
    ...numberForms('time in seconds', seconds),
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
    ...base64Forms(name, utf8),
  ];
}

function base64Forms(name: string, bytes: Buffer): readonly Form[] {
  return [0, 1, 2].map((offset): Form => [`${name}, base64 at ${String(offset)}`, base64At(bytes, offset)]);
}

/** The part of base64 that does not depend on the bytes around. */
function base64At(bytes: Buffer, offset: number): Buffer {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const text = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64');
  return Buffer.from(text.slice(offset === 0 ? 0 : 4));
}

function numberForms(name: string, value: number): readonly Form[] {
  return [...wholeForms(name, value), ...floatForms(name, value)];
}

/** 64-bit integers, also those of msgpack, and the varints of protobuf: plain, and zigzag for its signed types. */
function wholeForms(name: string, value: number): readonly Form[] {
  const little = Buffer.alloc(8);
  little.writeBigInt64LE(BigInt(value));
  return [
    ...wideForms(`${name}, int64`, little),
    [`${name}, varint`, varint(value)],
    [`${name}, zigzag varint`, varint(2 * value)],
  ];
}

/** Eight bytes in both orders, bare and as the text that carries binary arrays in JSON. */
function wideForms(name: string, little: Buffer): readonly Form[] {
  const big = Buffer.from(little).swap64();
  return Object.entries({ LE: little, 'BE or msgpack': big }).flatMap(([order, bytes]): readonly Form[] => [
    [`${name} ${order}`, bytes],
    [`${name} ${order}, hex`, Buffer.from(bytes.toString('hex'))],
    ...base64Forms(`${name} ${order}`, bytes),
  ]);
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
  single.writeFloatBE(value);
  return [
    ...wideForms(`${name}, f64`, double),
    [`${name}, f32 LE`, Buffer.from(single).swap32()],
    [`${name}, f32 BE or msgpack`, single],
  ];
}

function shortForms(name: string, value: number): readonly Form[] {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return [
    [`${name}, uint32 LE`, Buffer.from(bytes).swap32()],
    [`${name}, uint32 BE or msgpack`, bytes],
  ];
}
