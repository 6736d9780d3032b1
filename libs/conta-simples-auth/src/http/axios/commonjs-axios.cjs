'use strict';

/**
 * axios as `require()` gives it. CommonJS, and alone in its file: `import.meta.url`, which a module would need for this,
 * is a syntax error to every tool that turns the library into CommonJS, such as the Jest of a CommonJS application.
 *
 * @type {() => unknown}
 */
exports.load = () => require('axios');

/**
 * The same where it has been loaded already, else undefined.
 *
 * @type {() => unknown}
 */
exports.loaded = () => require.cache[require.resolve('axios')]?.exports;
