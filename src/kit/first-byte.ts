import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Told how a request comes to its socket. `release` decides, with nothing but the write after it; false keeps the bytes back. */
export interface FirstByteGate {
  readonly connecting: () => void;
  readonly release: () => boolean;
}

/**
 * Holds a request's bytes in our hands until its connection stands (TCP, and for TLS a verified certificate), then asks the
 * gate. Node alone would hand them to the socket first and let the socket wait, so that a process frozen while it connects
 * would send on waking, after its lease.
 */
export function holdFirstByte(request: ClientRequest, gate: FirstByteGate): void {
  request.once('socket', (socket) => {
    if (stands(socket)) {
      gate.release();
      return;
    }
    gate.connecting();
    socket.cork();
    let asked = false;
    const ask = (): void => {
      if (asked || socket.destroyed) return;
      asked = true;
      if (gate.release()) socket.uncork();
    };
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', ask);
    // The request's bytes come right after this event. A socket that does not keep them (a test's, a tunnel's) has let them go.
    process.nextTick(() => {
      if (socket.writableLength === 0) ask();
    });
  });
}

function stands(socket: Socket): boolean {
  return socket instanceof TLSSocket ? socket.authorized : !socket.connecting;
}
