// The unit suite must pass with the network unplugged, so reaching out fails here even where it would work.
import { Socket } from 'node:net';

const loopback = /^(localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3}|0\.0\.0\.0)$/;

/** The host of Socket.connect's arguments in each of their forms; null for unix sockets and for the default host. */
function hostOf(args: readonly unknown[]): string | null {
  const [first, second] = args;
  if (Array.isArray(first)) return hostOf(first);
  if (typeof first === 'object' && first !== null) {
    return 'host' in first && typeof first.host === 'string' ? first.host : null;
  }
  return typeof second === 'string' ? second : null;
}

const connect = Socket.prototype.connect;
Socket.prototype.connect = new Proxy(connect, {
  apply(target, self, args: unknown[]) {
    const host = hostOf(args);
    if (host !== null && !loopback.test(host)) throw new Error(`a unit test reached for the network: ${host}`);
    return Reflect.apply(target, self, args);
  },
});
