/** Counts the bytes at a process's own sockets, all framing included: what really left and came. */
import { Agent, type ClientRequestArgs } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';

export interface Traffic {
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** An HTTP agent that remembers its sockets; the WebSocket is one of them after its upgrade. */
export class CountingAgent extends Agent {
  readonly #open = new Set<net.Socket>();
  #closed: Traffic = { bytesUp: 0, bytesDown: 0 };

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const stream = super.createConnection(options, callback);
    if (stream instanceof net.Socket) this.#watch(stream);
    return stream;
  }

  traffic(): Traffic {
    return [...this.#open].reduce(addSocket, this.#closed);
  }

  #watch(socket: net.Socket): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#closed = addSocket(this.#closed, socket);
    });
  }
}

function addSocket(sum: Traffic, socket: net.Socket): Traffic {
  return { bytesUp: sum.bytesUp + socket.bytesWritten, bytesDown: sum.bytesDown + socket.bytesRead };
}
