/** A proxy on loopback that keeps every byte in both directions, and takes WebSocket frames apart: clients mask what they send. */
import { connect, createServer, type Socket } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import type { Captured } from './scan.ts';

export interface Tap {
  readonly address: string;
  captured(name: string): readonly Captured[];
  close(): Promise<void>;
}

interface Line {
  readonly up: Buffer[];
  readonly down: Buffer[];
}

/** Stands before `target` (`http://127.0.0.1:PORT`). */
export async function tapTo(target: string): Promise<Tap> {
  const { hostname, port } = new URL(target);
  const lines: Line[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const line: Line = { up: [], down: [] };
    lines.push(line);
    copy(near, far, line.up);
    copy(far, near, line.down);
    for (const socket of [near, far]) sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = server.address();
  if (own === null || typeof own === 'string') throw new RangeError('the tap has no port');
  return {
    address: `http://127.0.0.1:${String(own.port)}`,
    captured: (name) => lines.flatMap((line) => capturedOf(name, line)),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function copy(from: Socket, to: Socket, kept: Buffer[]): void {
  from.on('data', (chunk: Buffer) => {
    kept.push(chunk);
    to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
}

function capturedOf(name: string, line: Line): readonly Captured[] {
  return (['up', 'down'] as const).flatMap((direction) => {
    const bytes = Buffer.concat(line[direction]);
    const place = `${name} ${direction}`;
    return [{ place, bytes }, ...messagesOf(bytes).map((message) => ({ place, bytes: message }))];
  });
}

/** The payloads of one direction after the upgrade, unmasked and put together. */
export function messagesOf(bytes: Buffer): readonly Buffer[] {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1 || !/upgrade: websocket/i.test(bytes.toString('latin1', 0, headEnd))) return [];
  const payloads: Buffer[] = [];
  let at = headEnd + 4;
  for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
    payloads.push(frame.isCompressed ? inflateRawSync(frame.payload) : frame.payload);
    at = frame.end;
  }
  // One after another: a value may lie across two frames.
  return payloads.length === 0 ? [] : [Buffer.concat(payloads)];
}

interface Frame {
  readonly payload: Buffer;
  readonly isCompressed: boolean;
  readonly end: number;
}

/** RFC 6455 section 5.2; undefined where the capture ends before the frame does. */
function frameAt(bytes: Buffer, at: number): Frame | undefined {
  if (at + 2 > bytes.length) return undefined;
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  const shortLength = second & 0x7f;
  const lengthBytes = shortLength === 127 ? 8 : shortLength === 126 ? 2 : 0;
  const isMasked = (second & 0x80) !== 0;
  const maskAt = at + 2 + lengthBytes;
  const start = maskAt + (isMasked ? 4 : 0);
  if (start > bytes.length) return undefined;
  const length =
    lengthBytes === 8
      ? Number(bytes.readBigUInt64BE(at + 2))
      : lengthBytes === 2
        ? bytes.readUInt16BE(at + 2)
        : shortLength;
  const end = start + length;
  if (end > bytes.length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, end));
  if (isMasked)
    for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (bytes[maskAt + (i & 3)] ?? 0);
  return { payload, isCompressed: (first & 0x40) !== 0, end };
}
