import { createServer } from 'node:http';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { stream } from '#main/sample/generator/stream.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { patternsOf } from './encodings.ts';
import { type Canary, plantCanaries } from './records.ts';
import { createScan } from './scan.ts';
import { tapTo } from './tap.ts';

const canaries = plantCanaries(4, 2, stream(1, 'test'));
const decoys = plantCanaries(4, 2, stream(2, 'test'));
const patterns = patternsOf(canaries);
const scan = createScan(patterns);
const noise = (length: number): Buffer => Buffer.from(seededRandom(`noise ${String(length)}`).bytes(length));
/** One record as other programs would write it: made here without the forms that are searched for. */
function messages(canary: Canary | undefined): Readonly<Record<string, Buffer>> {
  if (canary === undefined) throw new Error('no such record');
  const { amount, at, card } = canary;
  const json = JSON.stringify({ card });
  const bytes = [...Buffer.from(json)];
  const units = Array.from(json, (letter) => letter.charCodeAt(0));
  const base64 = (before: number): Buffer =>
    Buffer.from(Buffer.from('x'.repeat(before) + json).toString('base64'));
  return {
    'UTF-8 in JSON': Buffer.from(json),
    'UTF-16 LE': Buffer.from(units.flatMap((unit) => [unit & 255, unit >> 8])),
    'UTF-16 BE': Buffer.from(units.flatMap((unit) => [unit >> 8, unit & 255])),
    hex: Buffer.from(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')),
    HEX: Buffer.from(bytes.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')),
    'base64 at 0': base64(0),
    'base64 at 1': base64(1),
    'base64 at 2': base64(2),
    'cents in JSON': Buffer.from(JSON.stringify({ amount })),
    'an amount in a CSV file': Buffer.from(
      `,${String(Math.floor(amount / 100))}.${String(amount % 100).padStart(2, '0')},EUR`,
    ),
    'an ISO time': Buffer.from(JSON.stringify({ at: new Date(at) })),
    'int64 LE': viewed(8, (view) => {
      view.setBigInt64(0, BigInt(amount), true);
    }),
    'int64 BE': viewed(8, (view) => {
      view.setBigInt64(0, BigInt(amount), false);
    }),
    'f64 LE': viewed(8, (view) => {
      view.setFloat64(0, Number(`${String(amount)}e-2`), true);
    }),
    'f64 BE': viewed(8, (view) => {
      view.setFloat64(0, Number(`${String(amount)}e-2`), false);
    }),
    'a row of f32 LE': viewed(8, (view) => {
      view.setFloat32(0, amount / 100, true);
      view.setFloat32(4, at / 1000, true);
    }),
    'a row of f32 BE': viewed(8, (view) => {
      view.setFloat32(0, amount / 100, false);
      view.setFloat32(4, at / 1000, false);
    }),
    'a protobuf message': Buffer.from([0x08, ...varint(amount), 0x10, ...varint(at / 1000)]),
    'a protobuf message of signed numbers': Buffer.from([
      0x08,
      ...varint(2 * amount),
      0x10,
      ...varint(2 * at),
    ]),
    'msgpack integers': Buffer.concat([
      Buffer.from([0x92, 0xcf]),
      viewed(8, (view) => {
        view.setBigUint64(0, BigInt(amount));
      }),
      Buffer.from([0xce]),
      viewed(4, (view) => {
        view.setUint32(0, at / 1000);
      }),
    ]),
    'a msgpack float': Buffer.concat([
      Buffer.from([0xcb]),
      viewed(8, (view) => {
        view.setFloat64(0, amount / 100);
      }),
    ]),
    'a binary array in JSON': Buffer.from(
      JSON.stringify({ row: Buffer.from(Float64Array.of(1, amount / 100).buffer).toString('base64') }),
    ),
  };
}

/** One value of many records, and nothing else. */
function columns(all: readonly Canary[]): Readonly<Record<string, Buffer>> {
  return {
    'a Float32Array': Buffer.from(Float32Array.from(all, ({ amount }) => amount / 100).buffer),
    'packed varints': Buffer.from(all.flatMap(({ amount }) => varint(amount))),
  };
}

function viewed(length: number, write: (view: DataView) => void): Buffer {
  const view = new DataView(new ArrayBuffer(length));
  write(view);
  return Buffer.from(view.buffer);
}

/** Seven bits a byte, lowest first (protobuf, "base 128 varints"). */
function varint(value: number): number[] {
  return value < 128 ? [value] : [128 + (value % 128), ...varint(Math.floor(value / 128))];
}

const captured = (bytes: Buffer) => ({ place: 'somewhere', bytes });

describe('the search for planted records', () => {
  it('finds every form of six bytes and more, wherever it stands', () => {
    for (const { bytes, form, record } of patterns.filter((one) => one.bytes.length >= 6)) {
      const around = Buffer.concat([noise(1001), bytes, noise(64)]);
      expect(scan(captured(around))).toContainEqual({ place: 'somewhere', record, form });
    }
  });

  it('finds what stands at the very start and at the very end', () => {
    const bytes = Buffer.from(canaries[0]?.card ?? '');
    expect(scan(captured(bytes))).not.toEqual([]);
    expect(scan(captured(Buffer.concat([noise(30), bytes])))).not.toEqual([]);
  });

  it('goes on where a form would begin at the end of the bytes, or end at their start', () => {
    for (const { bytes } of patterns.filter((one) => one.bytes.length >= 6)) {
      expect(() => scan(captured(Buffer.concat([noise(40), bytes.subarray(0, -1)])))).not.toThrow();
      expect(() => scan(captured(Buffer.concat([bytes.subarray(1), noise(40)])))).not.toThrow();
    }
  });

  it('counts the forms of four and five bytes only in company of another value', () => {
    const short = patterns.filter((one) => one.bytes.length < 6);
    const [first, second] = short.filter((one) => one.record === 0);
    const other = short.find((one) => one.record === 1);
    if (first === undefined || second === undefined || other === undefined) throw new Error('no short forms');
    expect(scan(captured(Buffer.concat([noise(50), first.bytes, noise(50)])))).toEqual([]);
    for (const company of [second, other])
      expect(scan(captured(Buffer.concat([first.bytes, noise(50), company.bytes])))).toHaveLength(2);
    expect(scan(captured(Buffer.concat([first.bytes, noise(5000), second.bytes])))).toEqual([]);
  });

  it.each(Object.entries(messages(canaries[1])))('finds a record that travels as %s', (_, message) => {
    const hits = scan(captured(Buffer.concat([noise(77), message, noise(333)])));
    expect(hits).toContainEqual(expect.objectContaining({ record: 1 }));
  });

  it.each(Object.entries(columns(canaries)))('finds a column of amounts as %s', (_, message) => {
    const hits = scan(captured(Buffer.concat([noise(77), message, noise(333)])));
    expect(new Set(hits.map(({ record }) => record))).toEqual(new Set([0, 1, 2, 3]));
  });

  it.each([gzipSync, deflateSync, deflateRawSync])('looks into a stream of %o', (pack) => {
    const card = canaries[1]?.card;
    const packed = pack(
      JSON.stringify({ before: noise(300).toString('hex'), card, after: noise(2000).toString('hex') }),
    );
    const head = Buffer.from('POST / HTTP/1.1\r\n\r\n');
    const cut = packed.subarray(0, packed.length - 700);
    const found: unknown = expect.objectContaining({ place: 'somewhere, compressed', record: 1 });
    // alone, among other bytes, cut off, and with other bytes in it
    expect(scan(captured(packed))).toContainEqual(found);
    expect(scan(captured(Buffer.concat([head, packed, head, noise(500)])))).toContainEqual(found);
    expect(scan(captured(Buffer.concat([head, cut])))).toContainEqual(found);
    expect(scan(captured(Buffer.concat([head, cut, noise(500)])))).toContainEqual(found);
  });

  it('finds nothing in noise, nor in other records', () => {
    expect(scan(captured(noise(200_000)))).toEqual([]);
    expect(scan(captured(Buffer.from(JSON.stringify(decoys))))).toEqual([]);
    expect(scan(captured(Buffer.from(JSON.stringify(canaries))))).not.toEqual([]);
  });
});

describe('the tap', () => {
  it('sees through the masks of WebSocket clients, in both directions', async () => {
    const http = createServer();
    const server = new Server(http, { transports: ['websocket'] });
    server.on('connection', (socket) => {
      socket.on('row', (row: unknown, answer: (echo: unknown) => void) => {
        answer(row);
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const own = http.address();
    const port = typeof own === 'object' && own !== null ? own.port : 0;
    const tap = await tapTo(`http://127.0.0.1:${String(port)}`);
    const client = io(tap.address, { transports: ['websocket'] });
    try {
      await client.emitWithAck('row', { card: canaries[2]?.card, filler: 'x'.repeat(70_000) });
      const places = tap
        .captured('wire')
        .flatMap(scan)
        .map(({ place }) => place);
      expect(new Set(places)).toEqual(new Set(['wire up', 'wire down']));
    } finally {
      client.close();
      await tap.close();
      await server.close();
    }
  });
});
