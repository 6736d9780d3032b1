// A token endpoint that costs nothing, in a process of its own: tokens are random and as long as a real one.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.resume();
  const access_token = randomBytes(480).toString('base64url');
  const body = JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 1800 });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
