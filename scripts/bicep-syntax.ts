/** A look at the syntax of Bicep files that needs no compiler: the grammar of tree-sitter, which comes from npm. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** What tree-sitter cannot parse in these files: one line each, with file, line and column. */
export async function syntaxFaults(files: readonly string[]): Promise<string[]> {
  await Parser.init();
  const parser = new Parser();
  // The package's entry loads a native module; the grammar lies beside its package.json.
  const description = createRequire(join(process.cwd(), 'package.json')).resolve(
    'tree-sitter-bicep/package.json',
  );
  parser.setLanguage(await Language.load(readFileSync(join(description, '..', 'tree-sitter-bicep.wasm'))));
  return files.flatMap(file => {
    const tree = parser.parse(readFileSync(file, 'utf8'));
    if (tree === null) return [`${file}: it could not be parsed`];
    return faultsIn(tree.rootNode).map(({ startPosition: { row, column } }) => {
      return `${file}(${row + 1},${column + 1}): this is not Bicep as tree-sitter knows it`;
    });
  });
}

function faultsIn(node: Node): Node[] {
  if (node.isError || node.isMissing) return [node];
  return node.hasError ? node.children.flatMap(child => (child ? faultsIn(child) : [])) : [];
}
