// Compiled by `npm run typecheck`: the option is known to the types that axios has for CommonJS, too.
import axios = require('axios');

import type { ContaSimplesHttpService } from 'nestjs-conta-simples-auth' with { 'resolution-mode': 'import' };

const config: axios.AxiosRequestConfig = { contaSimplesAuth: false };
const call = () => axios.create().get('/status', { contaSimplesAuth: false });
const served = (http: ContaSimplesHttpService) => http.get('/status', { contaSimplesAuth: false });

export = { config, call, served };
