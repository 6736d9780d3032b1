import { fileURLToPath } from 'node:url';

/** The checkout. Only `--update-api`, `--docs` and `--out` write to it. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const LIBRARY = `${ROOT}libs/conta-simples-auth`;
export const RELEASE = `${ROOT}release`;
export const FIXTURES = `${RELEASE}/fixtures`;
export const API_REPORTS = `${ROOT}docs/api`;
export const WORKFLOWS = `${ROOT}.github/workflows`;

export const PACKAGE = 'nestjs-conta-simples-auth';
