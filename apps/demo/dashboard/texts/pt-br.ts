import type { Texts } from './en.js';
import { list } from './list.js';

export const ptBr: Texts = {
  skip: 'Pular para o conteúdo',
  title: 'Tokens ao vivo',
  language: 'Idioma',
  connection: { waiting: 'Conectando…', open: 'Ao vivo', lost: 'Conexão perdida, tentando de novo…' },
  story: {
    title: 'O que está acontecendo',
    play: 'Ver a história completa',
    stop: 'Parar a história',
    idle: 'Cada conta tem um token de acesso, que aqui vive 60 segundos (meia hora no serviço real). Na marca da barra ele é renovado, enquanto as chamadas seguem com o anterior: nenhuma chamada espera pela renovação.',
    idleReal:
      'Cada conta tem um token de acesso. Na marca da barra ele é renovado, enquanto as chamadas seguem com o anterior: nenhuma chamada espera pela renovação.',
    progress: (number, steps) => `Passo ${number} de ${steps}`,
    result: (answered, failed) =>
      `Neste passo: ${answered} chamadas respondidas, ${failed === 0 ? 'nenhuma falhou' : `${failed} com falha`}.`,
    steps: {
      renewal:
        'Repare quando uma barra chega à marca: um token novo é buscado em segundo plano e a barra volta a ficar cheia. O gráfico mostra o momento com uma linha, e nenhuma chamada fica mais lenta por isso.',
      revoke:
        'O serviço revogou todos os tokens. As próximas chamadas recebem 401: uma única requisição de token por conta, e as chamadas recusadas são reenviadas. A aplicação nem percebe.',
      outage:
        'O endpoint de token responde 503 por 15 segundos. As contas ficam degradadas: as renovações falham e são tentadas de novo a cada poucos segundos, enquanto as chamadas seguem com os tokens que já temos.',
      'rate-limit':
        'O endpoint de token responde 429 com Retry-After. O limite é por endereço IP, então nenhuma conta tenta de novo antes da hora; as chamadas seguem com os tokens que já temos.',
      slow: 'O endpoint de token leva 4 segundos para responder. As renovações demoram mais, as chamadas não: repare na latência.',
      html: 'Em vez de JSON, o endpoint de token manda uma página de erro com status 200. Ela é recusada e nunca guardada; as chamadas seguem com os tokens que já temos.',
      rotate:
        'As credenciais da filial-sp foram trocadas no serviço, e as antigas são recusadas. Poucos segundos depois as novas já estão no cofre, e a próxima requisição de token as usa. As outras contas nem percebem.',
      'resource-outage':
        'Agora é a própria API que responde 503. Isso o módulo não esconde nem repete: um pagamento não pode ser enviado duas vezes. As chamadas falham, os tokens ficam, e tudo volta ao normal junto com a API.',
      end: (failedBefore) =>
        failedBefore === 0
          ? 'Fim da história. Nenhuma chamada falhou por causa de token; só a queda da própria API apareceu.'
          : `Fim da história. ${failedBefore} chamadas falharam antes da queda da API: outras falhas foram acionadas no meio do caminho?`,
    },
  },
  accounts: {
    title: 'Contas',
    states: {
      empty: 'Ainda sem token',
      valid: 'Válido',
      degraded: 'Degradado',
      cooling: 'Em espera',
      closed: 'Encerrado',
    },
    troubles: {
      degraded: (kind) => `ainda em uso, renovação falhando: ${kind}`,
      cooling: (kind) => `chamadas falham na hora: ${kind}`,
    },
    life: (account) => `Tempo de vida restante do token de ${account}`,
    ends: 'expira em',
    renewal: 'renovação em',
    attempt: 'próxima tentativa em',
    token: 'token',
    none: 'nenhum',
    seconds: (seconds) => (seconds >= 120 ? `${Math.floor(seconds / 60)} min` : `${seconds} s`),
  },
  calls: {
    title: 'Chamadas desta aplicação',
    perSecond: 'Chamadas por segundo',
    latency: 'Latência em milissegundos',
    answered: 'respondidas',
    failed: 'com falha',
    obtained: 'token obtido',
    attempt: 'tentativa falhou',
    median: 'mediana',
    slowest: 'mais lenta',
    rateLabel:
      'Gráfico de chamadas respondidas e com falha por segundo nos últimos 90 segundos, com as requisições de token marcadas',
    latencyLabel: 'Gráfico da latência mediana e da mais alta nos últimos 90 segundos',
  },
  counters: {
    answered: 'Chamadas respondidas',
    failed: 'Chamadas com falha',
    failedNote: (withoutToken) => `${withoutToken} por falta de token`,
    attempts: 'Tentativas de obter token',
    attemptsNote: (obtained, failed) => `${obtained} obtidos, ${failed} falhas`,
    replays: 'Reenvios após 401',
    inFlight: (count) => `${count} em andamento`,
    replaysNote: 'no máximo um por chamada',
  },
  server: {
    title: 'No servidor',
    token: 'Requisições de token',
    resource: 'Chamadas à API',
    byStatus: (counts) => list('pt-BR', counts),
  },
  controls: {
    title: 'Carga e falhas',
    load: 'Chamadas por segundo',
    off: 'Sem carga',
    loadHint: 'Distribuídas entre as contas. A carga pausa quando ninguém está olhando.',
    faults: 'Quebre alguma coisa',
    left: (seconds) => `faltam ${seconds} s`,
    real: 'Estas são credenciais reais: não há carga até você pedir, e as falhas precisam do emulador. Para vê-las, inicie a demo sem credenciais.',
    refused: 'O servidor não aceitou. Ele ainda está no ar?',
    fault: {
      revoke: ['Revogar os tokens', 'O serviço passa a recusá-los'],
      outage: ['Derrubar o endpoint de token', '503 por 15 s'],
      'rate-limit': ['Estourar o limite', '429 com Retry-After: 10'],
      slow: ['Endpoint de token lento', '4 s por resposta, durante 12 s'],
      html: ['HTML em vez de JSON', 'Página de erro com status 200, por 8 s'],
      rotate: ['Trocar as credenciais', 'Recusadas agora, no cofre 8 s depois'],
      'resource-outage': ['Derrubar a API', '503 por 5 s: estas chamadas falham'],
    },
  },
  events: {
    title: 'Eventos',
    hint: 'O que o módulo conta de si mesmo, do mais novo ao mais antigo; os últimos 100.',
    none: 'Nada por enquanto.',
    acquired: (cause, durationMs) => `Token obtido (${cause}) em ${durationMs} ms`,
    causes: {
      first: 'o primeiro',
      scheduled: 'renovação antes do fim',
      expired: 'o anterior tinha expirado',
      rejected: 'o anterior foi recusado',
      forced: 'pedido por refresh()',
      shared: 'de outro processo',
    },
    refresh_failed: (kind, wait) => `Tentativa falhou: ${kind}. A próxima em ${wait}`,
    degraded: (kind) => `Degradado por ${kind}: as chamadas seguem com o token atual`,
    cooling: (kind) => `Em espera após ${kind}: sem token para servir`,
    recovered: (attempts) => `Recuperado após ${attempts} ${attempts === '1' ? 'tentativa' : 'tentativas'} com falha`,
    invalidated: 'Token descartado: a API o recusou',
    replayed: (count) => `Chamadas reenviadas após 401: ${count}`,
    store_unavailable: 'Store compartilhado indisponível',
    store_recovered: 'Store compartilhado de volta',
  },
  footer: { docs: 'OpenAPI das rotas', metrics: 'Métricas', health: 'Health check' },
};
