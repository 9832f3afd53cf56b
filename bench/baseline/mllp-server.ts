import { fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/** The plainest MLLP server that keeps its promise: appends each message to a file, waits for the disk, says AA. */
export function startPlainServer(file: string): Promise<{ port: number; server: Server }> {
  const descriptor = openSync(file, 'a');
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\x1c\r'); end >= 0; end = text.indexOf('\x1c\r')) {
        const message = text.slice(1, end);
        text = text.slice(end + 2);
        writeSync(descriptor, message, null, 'latin1');
        fsyncSync(descriptor);
        socket.write(`\x0bMSH|^~\\&|||||||ACK||P|2.5\rMSA|AA|${message.split('|', 10)[9]}\r\x1c\r`, 'latin1');
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address ? address.port : 0, server });
    });
  });
}
