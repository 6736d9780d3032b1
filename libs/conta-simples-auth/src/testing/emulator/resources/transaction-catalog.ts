import type { AttachmentType } from './card-transaction.js';

export interface Merchant {
  readonly name: string;
  readonly category: string;
  /** Range of one purchase, in BRL. */
  readonly amountBrl: readonly [number, number];
  /** Billed in USD. */
  readonly foreign?: true;
  readonly notes?: string;
}

export const MERCHANTS: readonly [Merchant, ...Merchant[]] = [
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

export const COST_CENTERS = ['Administrativo', 'Comercial', 'Marketing', 'Tecnologia', 'Operações'] as const;

export const PEOPLE = [
  'Ana Beatriz Souza',
  'Bruno Carvalho',
  'Camila Ferreira',
  'Diego Nascimento',
  'Fernanda Lima',
  'Rafael Monteiro',
] as const;

export const ATTACHMENT_KINDS: readonly [AttachmentKind, ...AttachmentKind[]] = [
  { stem: 'nota-fiscal', extension: 'pdf', type: 'application/pdf' },
  { stem: 'recibo', extension: 'png', type: 'image/png' },
  { stem: 'cupom', extension: 'jpg', type: 'image/jpeg' },
];

export interface AttachmentKind {
  readonly stem: string;
  readonly extension: string;
  readonly type: AttachmentType;
}
