/**
 * Says in one sentence that this Node is too old for the project. npm runs it before the scripts that need Node's newer
 * features. It uses no feature that an old Node lacks.
 */
const needed = /\d+/.exec(require('../package.json').engines.node)[0];
const found = process.version;
if (Number(/\d+/.exec(found)[0]) < Number(needed)) {
  console.error(`Node ${needed} or later is needed here, and this is ${found}: install a newer one.`);
  process.exit(1);
}
