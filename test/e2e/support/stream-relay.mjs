// Carries TCP connections of loopback from one network namespace to another, by way of a unix socket, which has no network.
// Usage: node stream-relay.mjs FROM TO, each a port of 127.0.0.1 or the path of a unix socket.
import { connect, createServer } from 'node:net';

const address = (text) =>
  /^\d+$/.test(text) ? { host: '127.0.0.1', port: Number(text) } : { path: text };
const [from, to] = process.argv.slice(2).map(address);

createServer((incoming) => {
  const outgoing = connect(to);
  incoming.pipe(outgoing).pipe(incoming);
  for (const [one, other] of [
    [incoming, outgoing],
    [outgoing, incoming],
  ]) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}).listen(from, () => process.stdout.write('listening\n'));
