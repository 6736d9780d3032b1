/** @internal */
export const OPTIONS = Symbol('nestjs-conta-simples-auth.options');
/** @internal */
export const CORE = Symbol('nestjs-conta-simples-auth.core');
