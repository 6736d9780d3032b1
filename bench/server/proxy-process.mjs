// A tunnelling proxy in a separate process. It connects only to loopback addresses.
import { createServer } from 'node:http';
import { connect } from 'node:net';

const proxy = createServer((_request, response) => response.writeHead(405).end());
proxy.on('connect', (request, socket, head) => {
  const [host, port] = request.url.split(':');
  if (host !== '127.0.0.1') {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  const upstream = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    socket.pipe(upstream).pipe(socket);
  });
  const end = () => {
    upstream.destroy();
    socket.destroy();
  };
  upstream.on('error', end);
  socket.on('error', end);
});
proxy.listen(0, '127.0.0.1', () => process.send({ port: proxy.address().port }));
process.on('disconnect', () => process.exit());
