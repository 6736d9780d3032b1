import { execFileSync } from 'node:child_process';
import { RedisServer } from './redis-server.js';

/** The least that a Redis Cluster can be: three masters, without replicas, on free ports. */
export class RedisCluster {
  readonly nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes;
  }

  static async start(): Promise<RedisCluster> {
    const nodes = await Promise.all([1, 2, 3].map(() => RedisServer.startClusterNode()));
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes']);
    // All nodes know the owners of the slots by now; each finds a moment later that the cluster is up.
    await Promise.all(nodes.map((node) => node.answers('cluster_state:ok', ['cluster', 'info'])));
    return new RedisCluster(nodes);
  }

  /** Names of all keys, on all nodes. */
  keys(): string[] {
    return this.nodes.flatMap((node) => node.cli('keys', '*').split('\n').filter(Boolean));
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }
}
