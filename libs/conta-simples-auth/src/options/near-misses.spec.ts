import { describe, expect, it } from '@jest/globals';
import { inspectOptions } from './resolve-options.js';

/** What is said of settings that are missing, where these variables are set. */
function messageWith(variables: Record<string, string>): string {
  const around = { variables: Object.keys(variables), envFiles: [] };
  const { problems } = inspectOptions({}, (name) => variables[name], around);
  return problems.list.map(({ setting, what }) => `${setting} ${what}`).join('\n');
}

describe('a variable that is set and not read', () => {
  it.each([
    'CS_USER',
    'CS_ID',
    'CS_PASSWORD',
    'CS_ENV',
    'CS_URL',
    'CONTA_ID',
    'ID_CONTA',
    'CONTA_LOGIN',
    'CONTA_SENHA',
    'CONTA_CHAVE',
    'CONTA_AMBIENTE',
    'SIMPLES_ID',
    'SIMPLES_MODE',
    'CONTA_AZUL_API_KEY',
    'CONTA_CORRENTE_CHAVE',
    'SIMPLES_NACIONAL_SENHA',
    'CONTENTFUL_API_KEY',
    'CONTA_SIMPLES_DB_PASSWORD',
  ])('is not named where it may be anything: %s', (name) => {
    expect(messageWith({ [name]: 'x' })).not.toContain(name);
  });

  it.each(['CONTA_SIMPLES_ID', 'CONTA_SIMPLES_SENHA', 'CONTASIMPLES_LOGIN', 'CONTA_SIMPLES_ENV', 'CS_SECRET'])(
    'is named with the name of the service: %s',
    (name) => {
      expect(messageWith({ [name]: 'x' })).toContain(`; ${name} is set: rename it if it is meant`);
    },
  );

  it('is named for its own account alone, where another has a similar name', () => {
    const message = messageWith({
      CONTA_SIMPLES_ACCOUNTS: 'filial-sp,filial-rj',
      'CONTA_SIMPLES_FILIAL-SP_API_KEY': 'x',
      conta_simples_filial_rj_api_key: 'x',
    });
    expect(message).toMatch(/^CONTA_SIMPLES_FILIAL_SP_API_KEY is missing; CONTA_SIMPLES_FILIAL-SP_API_KEY is set: /m);
    expect(message).toMatch(/^CONTA_SIMPLES_FILIAL_RJ_API_KEY is missing; conta_simples_filial_rj_api_key is set: /m);
  });

  it('is named with others, of which one may be meant', () => {
    expect(messageWith({ CONTA_SIMPLES_KEY: 'x', CONTASIMPLES_API_KEY: 'x' })).toContain(
      'CONTA_SIMPLES_KEY and CONTASIMPLES_API_KEY are set: rename the one that is meant, if any',
    );
  });
});
