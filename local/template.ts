import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Trouble } from './problem.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Properties = Record<string, unknown>;

export interface Resource {
  type: string;
  stack: string;
  logicalId: string;
  /** As written in the template, intrinsics and all. */
  properties: Properties;
  metadata: Properties;
}

/** What a reference to a resource answers: `Ref` and `Fn::GetAtt`. */
export interface Physical {
  ref: string;
  att(name: string): string;
}

interface RawResource {
  Type: string;
  Properties?: Properties;
  Metadata?: Properties;
  Condition?: string;
}

interface RawTemplate {
  Resources?: Record<string, RawResource>;
  Parameters?: Record<string, { Default?: string }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
}

export const account = '000000000000';
export const partition = 'aws';

/** Marks a value to be left out (`AWS::NoValue`). */
const nothing = Symbol('AWS::NoValue');

/**
 * A synthesized cloud assembly: every stack of one folder of `cdk.out`, with its intrinsics resolved against the
 * resources of this machine. `physical` says what a resource is called here; it is asked once per resource.
 */
export class Assembly {
  readonly region: string;
  readonly dir: string;
  private readonly stacks = new Map<string, RawTemplate>();
  private readonly exports = new Map<string, { stack: string; value: unknown }>();
  private readonly known = new Map<string, Physical>();
  /** Set before anything is resolved. */
  physical: (resource: Resource) => Physical = () => {
    throw new Error('no resources yet');
  };
  /** Answers `{{resolve:…}}`: service and the rest of the reference. */
  dynamic: (service: string, reference: string) => string = (service) => {
    throw new Trouble(
      `the template asks for a dynamic reference of ${service}, which the local cloud does not have`,
    );
  };

  constructor(templates: Record<string, unknown>, region: string, dir = '.') {
    this.region = region;
    this.dir = dir;
    for (const [stack, template] of Object.entries(templates))
      this.stacks.set(stack, template as RawTemplate);
    for (const [stack, template] of this.stacks)
      for (const output of Object.values(template.Outputs ?? {}))
        if (output.Export)
          this.exports.set(String(this.resolve(output.Export.Name, stack)), { stack, value: output.Value });
  }

  /** Reads every `*.template.json` in `dir`. Throws Trouble if there is none. */
  static load(dir: string, region: string): Assembly {
    if (!existsSync(dir)) throw new Trouble(`there is no ${dir}: run "npm run synth" first`);
    const templates: Record<string, unknown> = {};
    for (const file of readdirSync(dir)
      .filter((name) => name.endsWith('.template.json'))
      .sort())
      templates[file.slice(0, -'.template.json'.length)] = JSON.parse(readFileSync(join(dir, file), 'utf8'));
    if (Object.keys(templates).length === 0)
      throw new Trouble(`no template in ${dir}: run "npm run synth" first`);
    return new Assembly(templates, region, dir);
  }

  /** The resources whose condition holds, of one type or of all. */
  resources(type?: string): Resource[] {
    const found: Resource[] = [];
    for (const [stack, template] of this.stacks)
      for (const [logicalId, raw] of Object.entries(template.Resources ?? {})) {
        if (type !== undefined && raw.Type !== type) continue;
        if (raw.Condition !== undefined && !this.condition(raw.Condition, stack)) continue;
        found.push({
          type: raw.Type,
          stack,
          logicalId,
          properties: raw.Properties ?? {},
          metadata: raw.Metadata ?? {},
        });
      }
    return found;
  }

  /** A resource's properties with every intrinsic resolved. */
  properties<T = Properties>(resource: Resource): T {
    return this.resolve(resource.properties, resource.stack) as T;
  }

  physicalOf(resource: Resource): Physical {
    const id = `${resource.stack}/${resource.logicalId}`;
    let physical = this.known.get(id);
    if (!physical) {
      physical = this.physical(resource);
      this.known.set(id, physical);
    }
    return physical;
  }

  /** Resolves intrinsics and dynamic references in `value`, as written in `stack`. */
  resolve(value: unknown, stack: string): unknown {
    const resolved = this.walk(value, stack);
    return resolved === nothing ? undefined : resolved;
  }

  private walk(value: unknown, stack: string): unknown {
    if (typeof value === 'string') return this.references(value);
    if (Array.isArray(value))
      return value.map((item) => this.walk(item, stack)).filter((item) => item !== nothing);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (first && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
      return this.intrinsic(first[0], first[1], stack);
    const result: Record<string, unknown> = {};
    for (const [key, item] of entries) {
      const resolved = this.walk(item, stack);
      if (resolved !== nothing) result[key] = resolved;
    }
    return result;
  }

  private intrinsic(name: string, argument: unknown, stack: string): unknown {
    const list = () => this.walk(argument, stack) as unknown[];
    switch (name) {
      case 'Ref':
        return this.ref(String(argument), stack);
      case 'Fn::GetAtt': {
        const parts = Array.isArray(argument) ? argument : String(argument).split('.');
        return this.physicalOf(this.resource(String(parts[0]), stack)).att(parts.slice(1).join('.'));
      }
      case 'Fn::Sub':
        return this.sub(argument, stack);
      case 'Fn::Join': {
        const [separator, parts] = list();
        return this.references((parts as unknown[]).map(String).join(String(separator)));
      }
      case 'Fn::Select': {
        const [index, parts] = list();
        return (parts as unknown[])[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = list();
        return String(text).split(String(separator));
      }
      case 'Fn::If': {
        const [condition, yes, no] = argument as [string, unknown, unknown];
        return this.walk(this.condition(condition, stack) ? yes : no, stack);
      }
      case 'Fn::ImportValue': {
        const wanted = String(this.walk(argument, stack));
        const found = this.exports.get(wanted);
        if (!found) throw new Trouble(`no stack exports ${wanted}: run "npm run synth" again`);
        return this.walk(found.value, found.stack);
      }
      case 'Fn::FindInMap': {
        const [map, key, field] = list().map(String) as [string, string, string];
        const found = this.template(stack).Mappings?.[map]?.[key]?.[field];
        if (found === undefined)
          throw new Trouble(`mapping ${map}.${key}.${field} is not in the template of ${stack}`);
        return found;
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.region}${zone}`);
      case 'Fn::Base64':
        return Buffer.from(String(this.walk(argument, stack))).toString('base64');
      default:
        throw new Trouble(`the template of ${stack} uses ${name}, which the local cloud does not know`);
    }
  }

  private ref(name: string, stack: string): unknown {
    switch (name) {
      case 'AWS::NoValue':
        return nothing;
      case 'AWS::Region':
        return this.region;
      case 'AWS::Partition':
        return partition;
      case 'AWS::AccountId':
        return account;
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return stack;
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${this.region}:${account}:stack/${stack}/local`;
      default: {
        const parameter = this.template(stack).Parameters?.[name];
        if (parameter) return parameter.Default ?? '';
        return this.physicalOf(this.resource(name, stack)).ref;
      }
    }
  }

  private sub(argument: unknown, stack: string): string {
    const [text, variables] = Array.isArray(argument)
      ? (argument as [string, Properties])
      : [String(argument), {}];
    const filled = text.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in variables) return String(this.walk(variables[name], stack));
      if (name.includes('.') && !name.startsWith('AWS::'))
        return String(this.intrinsic('Fn::GetAtt', name, stack));
      return String(this.ref(name, stack));
    });
    return this.references(filled);
  }

  private references(text: string): string {
    if (!text.includes('{{resolve:')) return text;
    return text.replace(/\{\{resolve:([a-z-]+):(.*?)\}\}/g, (_, service: string, reference: string) =>
      this.dynamic(service, reference),
    );
  }

  private condition(name: string, stack: string): boolean {
    return this.truth(this.template(stack).Conditions?.[name], stack);
  }

  private truth(expression: unknown, stack: string): boolean {
    if (typeof expression === 'boolean') return expression;
    const [entry] = Object.entries((expression ?? {}) as Record<string, unknown>);
    if (!entry) throw new Trouble(`a condition in the template of ${stack} cannot be read`);
    const [name, argument] = entry;
    const parts = Array.isArray(argument) ? argument : [argument];
    switch (name) {
      case 'Condition':
        return this.condition(String(argument), stack);
      case 'Fn::Equals':
        return this.walk(parts[0], stack) === this.walk(parts[1], stack);
      case 'Fn::Not':
        return !this.truth(parts[0], stack);
      case 'Fn::And':
        return parts.every((part) => this.truth(part, stack));
      case 'Fn::Or':
        return parts.some((part) => this.truth(part, stack));
      default:
        throw new Trouble(
          `a condition in the template of ${stack} uses ${name}, which the local cloud does not know`,
        );
    }
  }

  private resource(logicalId: string, stack: string): Resource {
    const raw = this.template(stack).Resources?.[logicalId];
    if (!raw) throw new Trouble(`the template of ${stack} refers to ${logicalId}, which is not in it`);
    return {
      type: raw.Type,
      stack,
      logicalId,
      properties: raw.Properties ?? {},
      metadata: raw.Metadata ?? {},
    };
  }

  private template(stack: string): RawTemplate {
    const template = this.stacks.get(stack);
    if (!template) throw new Error(`no stack ${stack}`);
    return template;
  }
}
