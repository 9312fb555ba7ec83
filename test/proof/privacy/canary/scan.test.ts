import { createServer } from 'node:http';
import { gzipSync, deflateSync } from 'node:zlib';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { stream } from '#main/sample/generator/stream.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { patternsOf } from './encodings.ts';
import { plantCanaries } from './records.ts';
import { createScan } from './scan.ts';
import { tapTo } from './tap.ts';

const canaries = plantCanaries(4, 2, stream(1, 'test'));
const decoys = plantCanaries(4, 2, stream(2, 'test'));
const patterns = patternsOf(canaries);
const scan = createScan(patterns);
const noise = (length: number): Buffer => Buffer.from(seededRandom(`noise ${String(length)}`).bytes(length));
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

  it('counts the forms of four bytes only in company of another of the same record', () => {
    const short = patterns.filter((one) => one.bytes.length < 6 && one.record === 0);
    const [first, second] = short;
    if (first === undefined || second === undefined) throw new Error('no short forms');
    expect(scan(captured(Buffer.concat([noise(50), first.bytes, noise(50)])))).toEqual([]);
    expect(scan(captured(Buffer.concat([first.bytes, noise(50), second.bytes])))).toHaveLength(2);
    expect(scan(captured(Buffer.concat([first.bytes, noise(5000), second.bytes])))).toEqual([]);
  });

  it('looks into gzip and deflate streams among other bytes', () => {
    const row = JSON.stringify({ card: canaries[1]?.card });
    for (const packed of [gzipSync(row), deflateSync(row)]) {
      const hits = scan(captured(Buffer.concat([Buffer.from('POST / HTTP/1.1\r\n\r\n'), packed])));
      expect(hits).toContainEqual(expect.objectContaining({ place: 'somewhere, compressed', record: 1 }));
    }
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
