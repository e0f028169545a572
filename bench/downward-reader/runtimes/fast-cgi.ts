import { connect, type Socket } from 'node:net';

/** Send one FastCGI request for a PHP file. The answer comes when the script ends: https://fastcgi-archives.github.io/FastCGI_Specification.html */
export function requestPhp(socketPath: string, file: string): Socket {
  const parameters = { SCRIPT_FILENAME: file, REQUEST_METHOD: 'GET' };
  const pairs = Object.entries(parameters).map(([name, value]) =>
    Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]),
  );
  const socket = connect(socketPath);
  socket.on('error', () => undefined).resume();
  socket.write(record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])));
  socket.write(record(4, Buffer.concat(pairs)));
  socket.write(record(4, Buffer.alloc(0)));
  socket.write(record(5, Buffer.alloc(0)));
  return socket;
}

const record = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]), content]);
