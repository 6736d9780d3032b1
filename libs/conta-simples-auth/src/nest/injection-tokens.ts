/** @internal */
export const OPTIONS = Symbol('nestjs-conta-simples-auth.options');
/**
 * Shared by every copy of this package in a process, so that a second copy in one application is noticed.
 *
 * @internal
 */
export const RUNTIME = Symbol.for('nestjs-conta-simples-auth.core');
/** @internal */
export const REGISTRATION = Symbol.for('nestjs-conta-simples-auth.registration');
