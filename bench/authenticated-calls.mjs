/**
 * What it costs to let the library attach the token: authenticated calls through it, against the same client with a
 * hard-coded header. Alternating rounds in one run, the order swapped each time; medians; the ratio is what is promised.
 *
 *   npm run bench [-- rounds] [calls]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const TOKEN = `${'a'.repeat(300)}.${'b'.repeat(300)}.${'c'.repeat(200)}`;
const CONCURRENCY = 16;
const PROMISED = 0.97;

/** In a process of its own, so that its work does not count for the client's. */
function serve() {
  const answers = {
    '/oauth/v1/access-token': JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }),
    '/accounts/v1/balance': '{"amount":1234.56}',
  };
  const server = createServer((request, response) => {
    const isAllowed = request.method === 'POST' || request.headers.authorization === `Bearer ${TOKEN}`;
    request.resume();
    response.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' });
    response.end(answers[request.url]);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

/** Calls a second. */
async function measure(call, calls) {
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await call();
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return (calls * 1_000) / (performance.now() - startedAt);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function compare({ name, guarded, plain }, rounds, calls) {
  for (let warm = 0; warm < 3; warm++) {
    await measure(guarded, calls);
    await measure(plain, calls);
  }
  const perSecond = { guarded: [], plain: [] };
  const ratios = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? ['guarded', 'plain'] : ['plain', 'guarded'];
    for (const side of order) perSecond[side].push(await measure(side === 'guarded' ? guarded : plain, calls));
    ratios.push(perSecond.guarded[round] / perSecond.plain[round]);
  }
  const ratio = median(ratios);
  const show = (side) => `${Math.round(median(perSecond[side]))}/s`;
  console.log(`${name}: with the library ${show('guarded')}, hard-coded ${show('plain')}, ratio ${ratio.toFixed(3)}`);
  return ratio;
}

async function run(rounds, calls) {
  const [{ default: axios }, { NestFactory }, library] = await Promise.all([
    import('axios'),
    import('@nestjs/core'),
    import('nestjs-conta-simples-auth'),
  ]);
  const { ContaSimplesAuthInterceptor, ContaSimplesAuthModule, ContaSimplesHttpService, ContaSimplesTokenService } =
    library;
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const [port] = await once(child, 'message');
  const baseUrl = `http://127.0.0.1:${port}`;
  class BenchApp {}
  const options = {
    baseUrl,
    apiKey: 'key-of-the-benchmark',
    apiSecret: 'secret-of-the-benchmark',
    userAgent: 'bench/1.0.0',
  };
  const app = await NestFactory.createApplicationContext(
    { module: BenchApp, imports: [ContaSimplesAuthModule.forRoot(options)] },
    { logger: false },
  );
  const tokens = app.get(ContaSimplesTokenService);
  await tokens.getToken();

  const path = '/accounts/v1/balance';
  const url = baseUrl + path;
  const headers = { Authorization: `Bearer ${TOKEN}` };
  // As the library's own: kept alive, of the same size.
  const attachedAgent = new Agent({ keepAlive: true });
  const plainAgent = new Agent({ keepAlive: true });
  const client = (httpAgent, more = {}) => axios.create({ baseURL: baseUrl, httpAgent, proxy: false, ...more });
  const hardCoded = client(plainAgent, { headers });
  const attached = client(attachedAgent);
  app.get(ContaSimplesAuthInterceptor).attach(attached);
  const service = app.get(ContaSimplesHttpService).axiosRef;
  const withoutRedirects = client(plainAgent, { headers, maxRedirects: 0 });
  const pairs = [
    {
      name: 'ContaSimplesHttpService, against axios',
      guarded: () => service.get(path),
      plain: () => hardCoded.get(path),
    },
    {
      name: 'an attached instance, against axios',
      guarded: () => attached.get(path),
      plain: () => hardCoded.get(path),
    },
    {
      name: 'an attached instance, against axios that follows no redirects either',
      guarded: () => attached.get(path),
      plain: () => withoutRedirects.get(path),
    },
    {
      name: 'tokens.fetch(), against fetch()',
      guarded: async () => (await tokens.fetch(path)).text(),
      plain: async () => (await fetch(url, { headers: { ...headers, 'User-Agent': 'bench/1.0.0' } })).text(),
    },
  ];
  const ratios = [];
  for (const pair of pairs) ratios.push(await compare(pair, rounds, calls));
  await app.close();
  for (const agent of [attachedAgent, plainAgent]) agent.destroy();
  child.disconnect();
  // The third says how much of that is owed to the library alone; the promise is about the same client as it comes.
  const kept = [ratios[0], ratios[1], ratios[3]].every((ratio) => ratio >= PROMISED);
  console.log(`Promised: ${PROMISED} or more of the throughput of the same client: ${kept ? 'kept' : 'BROKEN'}`);
  process.exitCode = kept ? 0 : 1;
}

const [first, second] = process.argv.slice(2);
if (first === 'serve') serve();
else await run(Number(first ?? 15), Number(second ?? 2_000));
