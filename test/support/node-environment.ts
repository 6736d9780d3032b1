import { createServer } from 'node:net';

/**
 * The environment that Node itself reads, such as `NODE_TLS_REJECT_UNAUTHORIZED`. Jest gives a test a copy, also through
 * `node:process`; what is Node's own code was made outside, and knows the real one.
 */
export const nodeEnvironment = (createServer.constructor as FunctionConstructor)(
  'return process.env',
)() as NodeJS.ProcessEnv;
