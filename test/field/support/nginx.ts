import { freePort } from '@support/free-port.js';
import { selfSigned } from '@support/self-signed.js';
import { hasProgram, ServerProcess } from './server-process.js';

export const hasNginx = hasProgram('nginx', '-v');

export interface NginxOptions {
  /** Where requests go on to: `http://127.0.0.1:4010`. */
  readonly upstream: string;
  /** Further directives of the server. */
  readonly server?: string;
  /** Further directives of `location /`. */
  readonly location?: string;
}

export interface Nginx {
  readonly port: number;
  /** Its certificate is the one of `selfSigned`. */
  readonly baseUrl: string;
  /** Path of a file that is in the folder of this server, for a directive that names one. */
  readonly folder: string;
}

/** A real nginx with TLS in front of a service; `closeProcesses()` ends it. */
export async function startNginx({ upstream, server = '', location = '' }: NginxOptions): Promise<Nginx> {
  const program = new ServerProcess();
  const port = await freePort();
  const { folder } = program;
  const cert = program.write('cert.pem', selfSigned.cert);
  const key = program.write('key.pem', selfSigned.key);
  // The password of the user "shop" is "pass".
  program.write('passwords', 'shop:{PLAIN}pass\n');
  const config = program.write(
    'nginx.conf',
    `daemon off;
     worker_processes 1;
     pid ${folder}/nginx.pid;
     error_log stderr warn;
     events { worker_connections 1024; }
     http {
       access_log off;
       client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
       uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
       server {
         listen 127.0.0.1:${port} ssl;
         ssl_certificate ${cert};
         ssl_certificate_key ${key};
         ${server.replaceAll('FOLDER', folder)}
         location / {
           proxy_pass ${upstream};
           proxy_http_version 1.1;
           ${location.replaceAll('FOLDER', folder)}
         }
       }
     }`,
  );
  await program.start('nginx', ['-p', folder, '-c', config], port);
  return { port, baseUrl: `https://localhost:${port}`, folder };
}
