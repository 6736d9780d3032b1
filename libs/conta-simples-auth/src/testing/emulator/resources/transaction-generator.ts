import type { AttachmentType, CardTransaction, TransactionAttachment, TransactionCard } from './card-transaction.js';
import { SeededRandom } from './seeded-random.js';

export const DAY_MS = 24 * 60 * 60 * 1000;
const SPAN_DAYS = 180;
const COUNT = 360;
const PENDING_FOR_DAYS = 2;

/** The card transactions of one account over the 180 days before `until` (epoch milliseconds), the most recent first. */
export function generateTransactions(seed: string, until: number): CardTransaction[] {
  const random = new SeededRandom(`${seed}/transactions`);
  const cards = PEOPLE.map((person) => makeCard(person, random)) as [TransactionCard, ...TransactionCard[]];
  const agesMs = Array.from({ length: COUNT }, () => random.integer(0, SPAN_DAYS * DAY_MS)).sort((a, b) => a - b);
  return agesMs.map((ageMs) => makeTransaction(until, ageMs, random.pick(cards), random));
}

function makeCard(responsibleName: string, random: SeededRandom): TransactionCard {
  const mailbox = responsibleName.toLowerCase().replaceAll(' ', '.');
  return {
    id: `card_${random.hex(12)}`,
    maskedNumber: `**** **** **** ${random.integer(1000, 9999)}`,
    responsibleName,
    responsibleEmail: `${mailbox}@example.com`,
    type: random.chance(0.6) ? 'VIRTUAL' : 'PHYSICAL',
  };
}

function makeTransaction(until: number, ageMs: number, card: TransactionCard, random: SeededRandom): CardTransaction {
  const merchant = random.pick(MERCHANTS);
  const isRefund = random.chance(0.04);
  const status = random.chance(0.03) ? 'CANCELED' : ageMs < PENDING_FOR_DAYS * DAY_MS ? 'PENDING' : 'PROCESSED';
  return {
    id: `txn_${random.hex(16)}`,
    operation: isRefund ? 'CASH_IN' : 'CASH_OUT',
    transactionDate: new Date(until - ageMs).toISOString(),
    status,
    isCanceled: status === 'CANCELED',
    type: isRefund ? 'REFUND' : 'PURCHASE',
    merchant: merchant.name,
    amountBrl: random.amount(...merchant.amountBrl),
    exchangeRateUsd: merchant.foreign ? random.integer(510, 595) / 100 : 0,
    card,
    category: reference('cat', merchant.category),
    costCenter: reference('cc', random.pick(COST_CENTERS)),
    isConciled: status === 'PROCESSED' && random.chance(0.7),
    installment: random.chance(0.1) ? random.integer(2, 6) : 1,
    attachments: random.chance(0.35) ? [makeAttachment(merchant, random)] : [],
    notes: random.chance(0.5) ? (merchant.notes ?? '') : '',
  };
}

/** The same name has the same id in every account, so that categories and cost centers can be compared. */
function reference(prefix: string, name: string): { id: string; name: string } {
  return { id: `${prefix}_${new SeededRandom(`${prefix}/${name}`).hex(8)}`, name };
}

function makeAttachment(merchant: Merchant, random: SeededRandom): TransactionAttachment {
  const { stem, extension, type } = random.pick(ATTACHMENT_KINDS);
  const id = `att_${random.hex(16)}`;
  const shop = merchant.name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return {
    id,
    name: `${stem}-${shop}.${extension}`,
    type,
    _links: { content: { href: `/attachments/v1/content/${id}`, rel: 'GET' } },
  };
}

interface Merchant {
  readonly name: string;
  readonly category: string;
  /** Range of one purchase, in BRL. */
  readonly amountBrl: readonly [number, number];
  /** Billed in USD. */
  readonly foreign?: true;
  readonly notes?: string;
}

const MERCHANTS: readonly [Merchant, ...Merchant[]] = [
  { name: 'UBER *TRIP', category: 'Transporte', amountBrl: [9, 86] },
  { name: '99APP *CORRIDA', category: 'Transporte', amountBrl: [8, 64] },
  { name: 'ESTAPAR ESTACIONAMENTO', category: 'Transporte', amountBrl: [12, 70] },
  { name: 'POSTO IPIRANGA BR 116', category: 'Combustível', amountBrl: [90, 420] },
  { name: 'IFOOD *RESTAURANTE', category: 'Alimentação', amountBrl: [28, 190] },
  { name: 'PADARIA BELLA PAULISTA', category: 'Alimentação', amountBrl: [18, 120] },
  { name: 'OUTBACK STEAKHOUSE', category: 'Alimentação', amountBrl: [110, 640], notes: 'Almoço com cliente' },
  { name: 'LATAM AIRLINES', category: 'Viagens', amountBrl: [380, 3900], notes: 'Visita à filial' },
  { name: 'GOL LINHAS AEREAS', category: 'Viagens', amountBrl: [290, 2700] },
  { name: 'IBIS HOTEL CURITIBA', category: 'Viagens', amountBrl: [240, 1350], notes: 'Feira do setor' },
  { name: 'FACEBK *ADS', category: 'Marketing', amountBrl: [150, 6200] },
  { name: 'GOOGLE *ADS', category: 'Marketing', amountBrl: [200, 7800] },
  { name: 'AWS EMEA', category: 'Software e nuvem', amountBrl: [320, 9400], foreign: true },
  { name: 'GITHUB INC', category: 'Software e nuvem', amountBrl: [110, 1200], foreign: true },
  { name: 'FIGMA MONTHLY', category: 'Software e nuvem', amountBrl: [75, 900], foreign: true },
  { name: 'LOCAWEB HOSPEDAGEM', category: 'Software e nuvem', amountBrl: [49, 380] },
  { name: 'KALUNGA PAPELARIA', category: 'Escritório', amountBrl: [35, 780] },
  { name: 'MERCADOLIVRE*LOJA', category: 'Escritório', amountBrl: [42, 1800] },
  { name: 'LEROY MERLIN', category: 'Manutenção', amountBrl: [60, 1500], notes: 'Reforma da recepção' },
  { name: 'VIVO EMPRESAS', category: 'Telefonia', amountBrl: [89, 640] },
];

const COST_CENTERS = ['Administrativo', 'Comercial', 'Marketing', 'Tecnologia', 'Operações'] as const;

const PEOPLE = [
  'Ana Beatriz Souza',
  'Bruno Carvalho',
  'Camila Ferreira',
  'Diego Nascimento',
  'Fernanda Lima',
  'Rafael Monteiro',
] as const;

const ATTACHMENT_KINDS: readonly [AttachmentKind, ...AttachmentKind[]] = [
  { stem: 'nota-fiscal', extension: 'pdf', type: 'application/pdf' },
  { stem: 'recibo', extension: 'png', type: 'image/png' },
  { stem: 'cupom', extension: 'jpg', type: 'image/jpeg' },
];

interface AttachmentKind {
  readonly stem: string;
  readonly extension: string;
  readonly type: AttachmentType;
}
