import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** As much of a syntax tree as is looked at here. */
interface Node {
  type: string;
  name?: string;
  callee?: Node;
  property?: Node;
}

interface Path {
  node: Node;
  parent?: Node;
}

/**
 * Words that no behaviour depends on: of errors that only a developer reads, and of the printed documentation, whose shape the
 * tests of the OpenAPI document hold. The words of problems and notices are behaviour, and are mutated.
 */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'words', {
    shouldIgnore(path) {
      const { node, parent } = path as Path;
      if (node.type === 'NewExpression' && /^(Range|Type)?Error$/.test(node.callee?.name ?? '')) {
        return 'words of an error that only a developer reads';
      }
      const documents = parent?.type === 'CallExpression' && parent.callee?.property?.name === 'register';
      return documents && node !== parent.callee ? 'words of the documentation' : undefined;
    },
  }),
];
