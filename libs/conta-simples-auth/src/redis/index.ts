export type { TokenStore } from '../store/token-store.js';
export {
  type IoredisClient,
  type NodeRedisClient,
  type RedisTokenStoreOptions,
  redisTokenStore,
} from './redis-token-store.js';
