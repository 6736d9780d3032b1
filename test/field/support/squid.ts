import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@support/free-port.js';
import { hasProgram, ServerProcess } from './server-process.js';

export const hasSquid = hasProgram('squid', '-v');

export interface Squid {
  readonly port: number;
  /** The requests for a tunnel so far, from its log: status and target of each. */
  tunnels(): string[];
}

/** A real squid that asks for this user and password; `closeProcesses()` ends it. */
export async function startSquid(user: string, password: string): Promise<Squid> {
  const program = new ServerProcess();
  const port = await freePort();
  const { folder } = program;
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: password, encoding: 'utf8' }).trim();
  const passwords = program.write('passwords', `${user}:${hash}\n`);
  const config = program.write(
    'squid.conf',
    `http_port 127.0.0.1:${port}
     auth_param basic program /usr/lib/squid/basic_ncsa_auth ${passwords}
     auth_param basic children 1 startup=1
     acl known proxy_auth REQUIRED
     http_access allow known
     http_access deny all
     cache deny all
     pid_filename ${folder}/squid.pid
     access_log stdio:${folder}/access.log
     cache_log ${folder}/cache.log
     coredump_dir ${folder}
     pinger_enable off
     shutdown_lifetime 0 seconds
     visible_hostname squid.test
     `.replace(/^ +/gm, ''),
  );
  await program.start('squid', ['-N', '-f', config], port);
  const log = join(folder, 'access.log');
  const tunnels = () =>
    Array.from(
      readFileSync(log, 'utf8').matchAll(/\/(\d{3}) \d+ CONNECT (\S+)/g),
      ([, status, target]) => `${status} ${target}`,
    );
  return { port, tunnels };
}
