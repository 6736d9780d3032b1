import { referenceCheck } from './api/reference.mjs';
import { apiReportsCheck } from './api/reports.mjs';
import { applicationChecks } from './apps/application.mjs';
import { APPLICATIONS } from './apps/combinations.mjs';
import { nodesCheck } from './apps/nodes.mjs';
import { packageManagerChecks } from './apps/package-managers.mjs';
import { buildCheck } from './package/build.mjs';
import { attwCheck, publintCheck } from './package/linters.mjs';
import { packCheck } from './package/pack.mjs';
import { sbomCheck } from './package/sbom.mjs';
import { toolsCheck } from './package/tools.mjs';
import { lockFilesCheck } from './repository/lock-files.mjs';
import { workflowsCheck } from './repository/workflows.mjs';
import { typesCheck } from './types/compile.mjs';
import { docCommentsCheck } from './types/doc-comments.mjs';

/** The checks in the order of the table. Each starts when the checks it needs have passed. */
export function allChecks(context) {
  const build = buildCheck(context);
  const pack = packCheck(context, build);
  const tools = toolsCheck(context);
  const types = typesCheck(context, pack, 'full');
  const nodes = nodesCheck(context);
  const quick = [
    workflowsCheck(),
    lockFilesCheck(),
    build,
    pack,
    docCommentsCheck(build),
    tools,
    publintCheck(tools, pack),
    attwCheck(tools, pack),
    types,
    apiReportsCheck(context, tools, pack, types),
    referenceCheck(context, tools),
    sbomCheck(context, build),
  ];
  if (context.quick) return quick;
  const applications = APPLICATIONS.flatMap((application) => applicationChecks(context, pack, nodes, application));
  return [...quick, typesCheck(context, pack, 'lean'), nodes, ...applications, ...packageManagerChecks(context, pack)];
}

/** Only the API reference: `npm run docs:api`. */
export function referenceChecks(context) {
  const tools = toolsCheck(context);
  return [tools, referenceCheck(context, tools)];
}
