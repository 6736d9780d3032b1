export type { TokenStore } from '../store/token-store.js';
export type { IoredisClient, NodeRedisClient } from './redis-client.js';
export { type RedisTokenStoreOptions, redisTokenStore } from './redis-token-store.js';
