'use strict';

/**
 * axios as `require()` gives it. CommonJS, and alone in its file: `import.meta.url`, which a module would need for this,
 * is a syntax error to every tool that turns the library into CommonJS, such as the Jest of a CommonJS application.
 *
 * @type {() => unknown}
 */
module.exports = () => require('axios');
