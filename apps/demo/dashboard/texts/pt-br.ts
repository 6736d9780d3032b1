import type { Texts } from './en.js';
import { list } from './list.js';

export const ptBr: Texts = {
  skip: 'Pular para o conteúdo',
  title: 'Tokens ao vivo',
  language: 'Idioma',
  connection: { waiting: 'Conectando…', open: 'Ao vivo', lost: 'Conexão perdida, tentando de novo…' },
  story: {
    title: 'O que está acontecendo',
    play: 'Iniciar a demonstração guiada',
    stop: 'Parar a demonstração guiada',
    idle: 'Clique em “Iniciar a demonstração guiada” (cerca de 2 minutos): ela simula sete falhas e explica cada uma aqui. Acompanhe “Chamadas com falha”: fica em 0 até a última falha, quando a própria API sai do ar. Aqui cada token tem validade de 60 segundos (30 minutos no serviço real) e é renovado em segundo plano na marca da barra.',
    idleReal:
      'Cada conta tem um token de acesso. Ele é renovado na marca da barra, enquanto as chamadas continuam com o token anterior. Para ver chamadas, escolha “Chamadas por segundo” em “Carga e falhas”.',
    progress: (number, steps) => `Passo ${number} de ${steps}`,
    result: (answered, failed) =>
      `Neste passo: ${answered} chamadas respondidas, ${failed === 0 ? 'nenhuma falhou' : `${failed} com falha`}.`,
    steps: {
      renewal:
        'Acompanhe uma barra até a marca: o token é renovado em segundo plano, e a barra volta a ficar cheia. O gráfico mostra a renovação com uma linha vertical. Nenhuma chamada fica mais lenta.',
      revoke:
        'O serviço revogou todos os tokens. As próximas chamadas recebem 401. A biblioteca pede um token novo para cada conta e reenvia as chamadas rejeitadas. A aplicação não vê nenhum erro.',
      outage:
        'O endpoint de token responde 503 por 15 segundos. As contas ficam degradadas: as renovações falham e são repetidas a cada poucos segundos, enquanto as chamadas continuam com os tokens atuais.',
      'rate-limit':
        'O endpoint de token responde 429 com Retry-After. O limite é por endereço IP, então nenhuma conta tenta de novo antes desse prazo. As chamadas continuam com os tokens atuais.',
      slow: 'O endpoint de token leva 4 segundos para responder. As renovações demoram mais, as chamadas não: acompanhe a latência.',
      html: 'Em vez de JSON, o endpoint de token envia uma página de erro em HTML com status 200. A biblioteca a rejeita. As chamadas continuam com os tokens atuais.',
      rotate:
        'As credenciais da filial-sp foram trocadas no serviço, que rejeita as antigas. Poucos segundos depois as novas estão no cofre, e a próxima requisição de token as usa. As outras contas não são afetadas.',
      'resource-outage':
        'Agora é a própria API que responde 503. A biblioteca repassa esses erros e não repete as chamadas: um pagamento não pode ser enviado duas vezes. Os tokens continuam válidos, e as chamadas voltam a funcionar junto com a API.',
      end: (failedBefore) =>
        failedBefore === 0
          ? 'Fim da demonstração. Nenhuma chamada falhou por causa de token; só a queda da própria API causou erros.'
          : `Fim da demonstração. ${failedBefore} chamadas falharam antes da queda da API: outras falhas foram iniciadas nesse meio-tempo?`,
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
    failures: {
      degraded: (kind) => `ainda em uso, a renovação falha: ${kind}`,
      cooling: (kind) => `chamadas falham na hora: ${kind}`,
    },
    lifetime: (account) => `Validade restante do token de ${account}`,
    expiry: 'expira em',
    refresh: 'renovação em',
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
    failedNote: (withoutToken) => `${withoutToken} sem token`,
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
    loadHint: 'Distribuídas entre as contas. Param quando nenhuma página está aberta.',
    faults: 'Simular uma falha',
    left: (seconds) => `faltam ${seconds} s`,
    real: 'Estas são credenciais reais: só há chamadas se você escolher uma carga. As falhas precisam do emulador: para simulá-las, inicie a demo sem credenciais.',
    rejected: 'O servidor rejeitou a operação. Ele ainda está no ar?',
    fault: {
      revoke: ['Revogar os tokens', 'O serviço passa a rejeitá-los'],
      outage: ['Derrubar o endpoint de token', '503 por 15 s'],
      'rate-limit': ['Estourar o limite', '429 com Retry-After: 10'],
      slow: ['Endpoint de token lento', '4 s por resposta, durante 12 s'],
      html: ['HTML em vez de JSON', 'Página de erro com status 200, por 8 s'],
      rotate: ['Trocar as credenciais', 'Rejeitadas agora, as novas no cofre após 8 s'],
      'resource-outage': ['Derrubar a API', '503 por 5 s: estas chamadas falham'],
    },
  },
  events: {
    title: 'Eventos',
    hint: 'Os eventos da biblioteca, do mais recente ao mais antigo; os últimos 100.',
    none: 'Nada por enquanto.',
    acquired: (cause, durationMs) => `Token obtido (${cause}) em ${durationMs} ms`,
    causes: {
      first: 'primeiro token',
      scheduled: 'renovação antes de expirar',
      expired: 'o anterior tinha expirado',
      rejected: 'o anterior foi rejeitado',
      forced: 'pedido por refresh()',
      shared: 'de outro processo',
    },
    refresh_failed: (kind, wait) => `Tentativa falhou: ${kind}. Próxima tentativa em ${wait}`,
    degraded: (kind) => `Degradado por ${kind}: as chamadas continuam com o token atual`,
    cooling: (kind) => `Em espera após ${kind}: nenhum token disponível`,
    recovered: (attempts) => `Recuperado após ${attempts} ${attempts === '1' ? 'tentativa' : 'tentativas'} com falha`,
    invalidated: 'Token descartado: a API o rejeitou',
    replayed: (count) => `Chamadas reenviadas após 401: ${count}`,
    store_unavailable: 'Store compartilhado indisponível',
    store_recovered: 'Store compartilhado disponível de novo',
  },
  footer: { docs: 'OpenAPI das rotas', metrics: 'Métricas', health: 'Health check' },
};
